"""Editions to their channels, and what waits in the outbox: the wiring of mail, notices and folders."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial
from time import monotonic

from monitor import pipeline
from monitor.app.locking import LOCK_WAIT_S
from monitor.app.opening import App
from monitor.deliver import MailServer, Note, Post, Press, open_channel
from monitor.errors import UsageError
from monitor.model import ChannelAddress, Digest, Edition, OutboxItem, OutboxState
from monitor.pipeline import DeliveryReport, DeliveryRules
from monitor.ports import Channel
from monitor.render import Envelope, SiteLinks, make_subject, plan_site, render
from monitor.render.places import page_path
from monitor.text.mailboxes import Mailbox, parse_mailbox


def deliver_outbox(
    app: App, *, clock: Callable[[], datetime] | None = None, retry: bool = False, wait_s: float = LOCK_WAIT_S
) -> DeliveryReport:
    """Take everything due in the outbox to its channel; with *retry* also what waits for its time or its owner.

    May take minutes, more than ten where a mail server does not answer. Holds the store's ``outbox`` lock and needs no
    other: polling and reading go on meanwhile. *clock* tells when an attempt ended; by default ``app.now`` and what has
    passed since. StoreLockedError if another process delivers for longer than *wait_s*.
    """
    start = monotonic()
    email = app.settings.email
    rules = DeliveryRules(wants=partial(_wants, app), at_most_once=email is not None and email.at_most_once)
    with app.store.lock("outbox", wait_s=wait_s):
        if retry:
            pipeline.retry_deliveries(app.store, now=app.now)
        return pipeline.deliver(
            partial(open_press_channel, app), store=app.store, now=app.now,
            clock=clock or (lambda: app.now + timedelta(seconds=monotonic() - start)), rules=rules,
        )  # fmt: skip


def open_press_channel(app: App, address: ChannelAddress) -> Channel:
    """The channel at *address* with the renderers it needs."""
    templates = app.settings.templates
    press = Press(render=partial(render, templates=templates), plan_site=partial(plan_site, templates=templates))
    post = Post(server=mail_server(app), write_mail=partial(write_mail, app), write_note=partial(write_note, app))
    return open_channel(_with_secret(app, address), base=app.settings.path.parent, press=press, post=post)


def mail_server(app: App) -> MailServer | None:
    """The server in the configuration, None if there is none."""
    email = app.settings.email
    if email is None:
        return None
    return MailServer(
        host=email.host,
        port=email.port,
        security=email.security,
        sender=_mailbox(parseaddr(email.sender)[1]).address,
        username=email.username,
        password=email.password,
        ca_file=str(email.ca_file) if email.ca_file else None,
    )


def write_mail(app: App, edition: Edition, history: Sequence[Edition], recipient: Mailbox) -> bytes:
    """The mail of *edition* to *recipient*; *history* holds all editions of its digest, newest first."""
    return render(
        edition, "email", templates=app.settings.templates, site=SiteLinks(page=page_address(app, edition)),
        history=history, envelope=_envelope(app, edition, recipient),
    )  # fmt: skip


def write_note(app: App, edition: Edition) -> Note:
    """The notice of *edition*: what leads it, how much there is, where it can be read."""
    facts = f"{edition.n_facts} new facts in {len(edition.stories)} stories, {edition.reading_minutes} min"
    page = page_address(app, edition)
    return Note(title=edition.title, body="\n".join([make_subject(edition), facts, *([page] if page else [])]))


def page_address(app: App, edition: Edition) -> str | None:
    """Where the page of *edition* can be read; None without ``public_url``, or if its digest makes no pages."""
    has_pages = any(channel.kind == "html" for channel in _channels(app, edition.digest_id))
    base = app.settings.public_url
    return f"{base}/{page_path(edition)}" if base is not None and has_pages else None


def find_channel(app: App, digest: Digest, written: str) -> ChannelAddress:
    """The channel that *written* names: one of the digest by address, folder or key, or any mail address.

    UsageError if it is none of them, or a mail address without a mail server.
    """
    for channel in digest.channels:
        if written in (channel.key, channel.target, channel.name, f"{channel.kind}:{channel.target}"):
            return channel
    address = written.removeprefix("email:")
    try:
        parse_mailbox(address)
    except ValueError as error:
        known = ", ".join(channel.key for channel in digest.channels)
        raise UsageError(f"--to {written}: no mail address, and no channel of {digest.id}; it has: {known}") from error
    if app.settings.email is None:
        raise UsageError(f"--to {written} needs a mail server: add `email: {{host: ..., from: ...}}` to feeds.yaml")
    return ChannelAddress(kind="email", target=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What would go to a channel: *subject* is None where there is none, *n_bytes* None where nobody can tell."""

    channel: ChannelAddress
    subject: str | None
    n_bytes: int | None


def plan_sending(app: App, edition: Edition, channels: Sequence[ChannelAddress]) -> tuple[Sending, ...]:
    """What sending *edition* would send where; nothing is stored or opened."""
    history = (edition, *app.store.editions.load_editions(edition.digest_id))
    planned = []
    for channel in channels:
        subject, n_bytes = None, None
        if channel.kind == "email":
            subject = make_subject(edition)
            n_bytes = len(write_mail(app, edition, history, _mailbox(channel.target)))
        elif channel.kind == "notify":
            note = write_note(app, edition)
            subject, n_bytes = note.title, len(note.body.encode())
        elif channel.kind == "html":
            n_bytes = len(render(edition, "html", templates=app.settings.templates))
        planned.append(Sending(channel=channel, subject=subject, n_bytes=n_bytes))
    return tuple(planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStanding:
    """How the outbox stands: *items* are those neither sent nor dropped, oldest first.

    *n_resends* counts what was sent again because nobody could know whether it had arrived, since the store exists.
    """

    counts: Mapping[OutboxState, int]
    n_resends: int
    items: tuple[OutboxItem, ...]

    @property
    def waiting(self) -> tuple[OutboxItem, ...]:
        """Those that the program will try again by itself."""
        return tuple(item for item in self.items if item.state.is_waiting)

    @property
    def troubles(self) -> tuple[OutboxItem, ...]:
        """Those that wait for their owner: held, unknown, dead."""
        return tuple(item for item in self.items if item.state.needs_owner)

    @property
    def oldest_at(self) -> datetime | None:
        """Since when the oldest of those that wait has waited."""
        return min((item.since_at for item in self.waiting if item.since_at is not None), default=None)

    @property
    def next_at(self) -> datetime | None:
        """When the next of them is due; None if none is put off."""
        return min((item.due_at for item in self.waiting if item.due_at is not None), default=None)


def read_outbox(app: App) -> OutboxStanding:
    """How the outbox stands; for ``status``, ``deliver`` and ``doctor``."""
    editions = app.store.editions
    return OutboxStanding(
        counts=editions.count_outbox(), n_resends=editions.count_resends(), items=editions.list_outbox()
    )


def _wants(app: App, digest_id: str, channel: ChannelAddress) -> bool:
    return any(channel.key == wanted.key for wanted in _channels(app, digest_id))


def _channels(app: App, digest_id: str) -> tuple[ChannelAddress, ...]:
    return next((digest.channels for digest in app.settings.digests if digest.id == digest_id), ())


def _with_secret(app: App, address: ChannelAddress) -> ChannelAddress:
    """*address* as the configuration has it: the outbox keeps no tokens."""
    known = (channel for digest in app.settings.digests for channel in digest.channels)
    return next((channel for channel in known if channel.key == address.key), address)


def _envelope(app: App, edition: Edition, recipient: Mailbox) -> Envelope:
    email = app.settings.email
    if email is None:
        return Envelope(recipient=recipient.address)
    name, address = parseaddr(email.sender)
    return Envelope(
        sender=_mailbox(address).address,
        sender_name=name or None,
        recipient=recipient.address,
        unsubscribe=_mailbox(email.unsubscribe).address if email.unsubscribe else None,
        one_click=_one_click(app, edition.digest_id, recipient, email.unsubscribe_secret),
    )


def _one_click(app: App, digest_id: str, recipient: Mailbox, secret: str | None) -> str | None:
    """RFC 8058: an address that names digest and recipient to who knows the secret, and to nobody else."""
    base = app.settings.public_url
    if secret is None or base is None or not base.startswith("https:"):
        return None
    token = hmac.new(secret.encode(), f"unsubscribe\n{digest_id}\n{recipient.address}".encode(), "sha256").hexdigest()
    return f"{base}/unsubscribe/{digest_id}/{token}"


def _mailbox(address: str) -> Mailbox:
    try:
        return parse_mailbox(address)
    except ValueError as error:
        raise UsageError(f"{address} {error}") from error
