"""What ended two workers is left alone for a day, also by the next run."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import ExtractError
from monitor.extract import PoolLimits, Quarantine, ReaderPool
from monitor.extract.quarantine import key_of
from monitor.model import QuarantineRecord, Response
from monitor.store import open_store
from monitor.store.open import SqlStore

NOW = datetime(2026, 9, 4, 8, tzinfo=UTC)
KEY = key_of("https://hostile.example/a", b"")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close()


def at(store: SqlStore, moment: datetime) -> Quarantine:
    return Quarantine(store.quarantine, clock=lambda: moment)


def test_one_kill_is_no_ban() -> None:
    quarantine = Quarantine()
    quarantine.count_kill(KEY, "timeout")
    assert quarantine.find_ban(KEY) is None


def test_two_kills_are_a_ban_of_that_document_alone() -> None:
    quarantine = Quarantine()
    quarantine.count_kill(KEY, "timeout")
    quarantine.count_kill(KEY, "resources")
    ban = quarantine.find_ban(KEY)
    assert ban is not None
    assert (ban.n_kills, ban.kind) == (2, "resources")
    assert quarantine.find_ban(key_of("https://hostile.example/b", b"")) is None


def test_kills_of_two_runs_add_up(store: SqlStore) -> None:
    at(store, NOW).count_kill(KEY, "timeout")
    at(store, NOW + timedelta(hours=1)).count_kill(KEY, "timeout")
    assert at(store, NOW + timedelta(hours=2)).find_ban(KEY) is not None


def test_a_ban_ends_24_hours_after_the_last_kill(store: SqlStore) -> None:
    for hours in (0, 2):
        at(store, NOW + timedelta(hours=hours)).count_kill(KEY, "timeout")
    assert at(store, NOW + timedelta(hours=25, minutes=59)).find_ban(KEY) is not None
    assert at(store, NOW + timedelta(hours=26)).find_ban(KEY) is None


def test_a_ban_ends_in_a_run_that_lasts_longer() -> None:
    moments = iter([NOW, NOW, NOW + timedelta(hours=24)])
    quarantine = Quarantine(clock=lambda: next(moments))
    quarantine.count_kill(KEY, "timeout")
    quarantine.count_kill(KEY, "timeout")
    assert quarantine.find_ban(KEY) is None


def test_lapsed_counts_are_forgotten_by_the_store(store: SqlStore) -> None:
    at(store, NOW).count_kill(KEY, "timeout")
    later = NOW + timedelta(days=2)
    at(store, later).count_kill("other.example 1", "timeout")
    assert store.quarantine.load(now=NOW) == (
        QuarantineRecord(key="other.example 1", kind="timeout", n_kills=1, until=later + timedelta(hours=24)),
    )


def test_a_key_names_the_host_and_hides_the_rest() -> None:
    key = key_of("https://hostile.example/secret?token=1", b"")
    assert key.startswith("hostile.example ")
    assert "secret" not in key


@pytest.mark.parametrize("url", ["http://[::1", "", None, "mailto:x", "https://\ud800.example/"])
def test_odd_addresses_have_keys_too(url: str | None) -> None:
    assert key_of(url, b"body")


@pytest.mark.asyncio
async def test_a_pool_of_the_next_run_does_not_try_what_ended_two_workers(store: SqlStore) -> None:
    bomb = Response(url="https://hostile.example/a", status=200, body=b"<p>ab " * 400_000)
    for _ in range(2):
        async with ReaderPool(PoolLimits(n_workers=1, timeout_s=0.3), at(store, NOW)) as pool:
            with pytest.raises(ExtractError, match=r"not read in 0\.3 s"):
                await pool.read_page(bomb, None)
    async with ReaderPool(PoolLimits(n_workers=1), at(store, NOW)) as pool:
        with pytest.raises(ExtractError, match="not tried again before 2026-09-05 08:00 UTC: it ended 2 workers"):
            await pool.read_page(bomb, None)
        assert not pool._idle
