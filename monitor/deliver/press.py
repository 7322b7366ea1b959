"""What a channel needs to make the bytes it carries; ``app`` hands in the renderers, so no adapter knows another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.model import Edition


class PressFile(Protocol):
    """One file of a folder: made by ``make``; one that is not ``is_stale`` may stay as it is if it exists."""

    @property
    def path(self) -> str:
        """Where it goes, relative to the folder, with ``/``."""
        ...

    @property
    def is_stale(self) -> bool:
        """True if it must be written even where it exists."""
        ...

    @property
    def make(self) -> Callable[[], bytes]:
        """Gives the bytes."""
        ...


class SitePlanner(Protocol):
    """Names the files that a folder must hold for an edition, in the order to write them.

    *archives* are the ``*/editions.json`` files that stand in the folder already, by their path in it.
    """

    def __call__(
        self, edition: Edition, history: Sequence[Edition], archives: Mapping[str, bytes], /
    ) -> Sequence[PressFile]:
        """All files, each with whether it must be written anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """*render* makes one edition in a named format, *plan_site* the files of an HTML folder."""

    render: Callable[[Edition, str], bytes]
    plan_site: SitePlanner
