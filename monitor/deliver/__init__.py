"""Takes editions to readers: one file a channel, and the registry of kinds.

A new channel is a class with ``send`` (see ``ports.Channel``), a function that makes it from its address, and one
line in ``KINDS``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.deliver.folder import FolderChannel
from monitor.deliver.notify import Note, NotifyChannel
from monitor.deliver.press import Press, PressFile, SitePlanner
from monitor.deliver.smtp import MailChannel, WriteMail, describe, send_message
from monitor.deliver.smtp_session import MailServer, Session
from monitor.deliver.smtp_wire import SmtpFailure, SmtpLimits, Stage
from monitor.deliver.stdout import StreamChannel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress, Edition
from monitor.ports import Channel

__all__ = [
    "KINDS",
    "FolderChannel",
    "MailChannel",
    "MailServer",
    "Note",
    "NotifyChannel",
    "Post",
    "Press",
    "PressFile",
    "Session",
    "SitePlanner",
    "SmtpFailure",
    "SmtpLimits",
    "Stage",
    "StreamChannel",
    "describe",
    "open_channel",
    "send_message",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What goes to people and not into a folder: *server* takes mail (None: there is none)."""

    server: MailServer | None
    write_mail: WriteMail
    write_note: Callable[[Edition], Note]
    limits: SmtpLimits | None = None


Opener = Callable[[ChannelAddress, Path, Press, Post | None], Channel]


def _open_folder(address: ChannelAddress, base: Path, press: Press, post: Post | None) -> Channel:
    return FolderChannel(base / Path(address.target).expanduser(), name=address.key, press=press)


def _open_stdout(address: ChannelAddress, base: Path, press: Press, post: Post | None) -> Channel:
    return StreamChannel(sys.stdout.buffer, format=address.target or "text", name=address.key, press=press)


def _open_mail(address: ChannelAddress, base: Path, press: Press, post: Post | None) -> Channel:
    if post is None or post.server is None:
        detail = "there is no mail server: add `email: {host: ..., from: ...}` to feeds.yaml"
        raise DeliveryError(address.key, detail, permanent=True, cause="server")
    return MailChannel(address.target, name=address.key, server=post.server, write=post.write_mail, limits=post.limits)


def _open_notify(address: ChannelAddress, base: Path, press: Press, post: Post | None) -> Channel:
    if post is None:
        raise DeliveryError(address.key, "nothing here writes notices", permanent=True)
    return NotifyChannel(address.target, name=address.key, write=post.write_note)


KINDS: Mapping[str, Opener] = {
    "html": _open_folder,
    "email": _open_mail,
    "notify": _open_notify,
    "stdout": _open_stdout,
}


def open_channel(address: ChannelAddress, *, base: Path, press: Press, post: Post | None = None) -> Channel:
    """The channel at *address*; relative folders start at *base*, the folder of feeds.yaml.

    DeliveryError, permanent, for a kind that is not in ``KINDS``. Nothing is opened or written before ``send``.
    """
    opener = KINDS.get(address.kind)
    if opener is None:
        known = ", ".join(KINDS)
        detail = f"this version cannot deliver to {address.kind!r}; it can to: {known}. Change `deliver` in feeds.yaml"
        raise DeliveryError(address.key, detail, permanent=True)
    return opener(address, base, press, post)
