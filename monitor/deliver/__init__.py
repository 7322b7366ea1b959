"""Takes editions to readers: one file a channel, and the registry of kinds.

A new channel is a class with ``send`` (see ``ports.Channel``), a function that makes it from its address, and one
line in ``KINDS``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.deliver.folder import FolderChannel
from monitor.deliver.press import Press, PressFile, SitePlanner
from monitor.deliver.stdout import StreamChannel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress
from monitor.ports import Channel

__all__ = ["KINDS", "FolderChannel", "Press", "PressFile", "SitePlanner", "StreamChannel", "open_channel"]

Opener = Callable[[ChannelAddress, Path, Press], Channel]


def _open_folder(address: ChannelAddress, base: Path, press: Press) -> Channel:
    return FolderChannel(base / Path(address.target).expanduser(), name=address.key, press=press)


def _open_stdout(address: ChannelAddress, base: Path, press: Press) -> Channel:
    return StreamChannel(sys.stdout.buffer, format=address.target or "text", name=address.key, press=press)


KINDS: Mapping[str, Opener] = {"html": _open_folder, "stdout": _open_stdout}


def open_channel(address: ChannelAddress, *, base: Path, press: Press) -> Channel:
    """The channel at *address*; relative folders start at *base*, the folder of feeds.yaml.

    DeliveryError, permanent, for a kind that is not in ``KINDS``. Nothing is opened or written before ``send``.
    """
    opener = KINDS.get(address.kind)
    if opener is None:
        known = ", ".join(KINDS)
        detail = f"this version cannot deliver to {address.kind!r}; it can to: {known}. Change `deliver` in feeds.yaml"
        raise DeliveryError(address.key, detail, permanent=True)
    return opener(address, base, press)
