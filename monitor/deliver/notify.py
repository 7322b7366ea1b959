"""Short notices through Apprise: what leads the edition, and where its page is.

Apprise opens its own connections, with its own limits and without the guard of ``monitor.fetch``. It tells success and
failure apart and nothing else, so whatever fails is tried again. An address may hold a token: none is ever shown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError
from monitor.model import Edition

if TYPE_CHECKING:
    import apprise

_MISSING = "notices need Apprise, which is not installed: install the extra, `pip install 'monitor-news[notify]'`"
_MAX_SHOWN = 200
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A notice: one line, and the text below it."""

    title: str
    body: str


class NotifyChannel:
    """Sends a notice of each edition to one Apprise *address*; *write* makes it."""

    def __init__(self, address: str, *, name: str, write: Callable[[Edition], Note]) -> None:
        self._address = address
        self._name = name
        self._write = write

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        """Send the notice, in a minute at most; Apprise itself waits 4 s for a connection and 4 s for an answer.

        *key* is not looked at: services know no such thing.
        """
        service = self._find_service()
        note = self._write(edition)
        said: list[str] = []
        is_sent = service.notify(
            body=note.body, title=note.title, timeout=_TIMEOUT_S, log_level=logging.WARNING,
            log_callback=lambda entry, _service: said.append(entry.message),
        )  # fmt: skip
        if not is_sent:
            reason = self._without_secrets("; ".join(said)) or "the service gives no reason"
            raise DeliveryError(self._name, f"the notice was not taken: {reason}", permanent=False)

    def _find_service(self) -> apprise.Apprise:
        try:
            import apprise
        except ModuleNotFoundError as error:
            raise DeliveryError(self._name, _MISSING, permanent=True) from error
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="monitor"))
        if not service.add(self._address):
            scheme = self._address.partition(":")[0]
            detail = (
                f"Apprise cannot read this {scheme}:// address: look up its form and correct `notify` in feeds.yaml"
            )
            raise DeliveryError(self._name, detail, permanent=True)
        return service

    def _without_secrets(self, text: str) -> str:
        """*text* without any part of the address that could be a token."""
        for part in sorted(re.split(r"[/:@?&=]+", self._address), key=len, reverse=True):
            if len(part) >= 4:
                text = text.replace(part, "***")
        line = " ".join(text.split())
        return line if len(line) <= _MAX_SHOWN else f"{line[:_MAX_SHOWN]}..."
