"""Addresses whose documents ended workers: after the second one they are left alone for a day.

Without it a page that takes 10 s and 500 MB would do so again at every attempt, and in every run. The counts are kept in
the store, so that a program that is started every hour does not start anew with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from monitor.model import QuarantineRecord
from monitor.ports import QuarantineStore

MAX_KILLS = 2
KEPT_FOR = timedelta(hours=24)

_MAX_REMEMBERED = 10_000


class Quarantine:
    """The counts in memory, written through to *store* (None: this run only). *clock* tells the time of day."""

    def __init__(
        self, store: QuarantineStore | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock
        self._records: dict[str, QuarantineRecord] | None = None

    def find_ban(self, key: str) -> QuarantineRecord | None:
        """The record of a document that is not to be tried, None if it may be."""
        record = self._load().get(key)
        return record if record and record.n_kills >= MAX_KILLS and record.until > self._clock() else None

    def count_kill(self, key: str, kind: str) -> None:
        """Note that the document ended a worker; *kind* is that of the ExtractError."""
        now, records = self._clock(), self._load()
        before = records.pop(key, None)
        n_kills = 1 if before is None or before.until <= now else before.n_kills + 1
        records[key] = QuarantineRecord(key=key, kind=kind, n_kills=n_kills, until=now + KEPT_FOR)
        if len(records) > _MAX_REMEMBERED:
            records.pop(next(iter(records)))
        if self._store is not None:
            self._store.save(records[key], now=now)

    def _load(self) -> dict[str, QuarantineRecord]:
        """The records, read when the first document is asked for: a poll without news needs none."""
        if self._records is None:
            known = self._store.load(now=self._clock()) if self._store is not None else ()
            self._records = {record.key: record for record in known}
        return self._records


def key_of(url: str | None, body: bytes) -> str:
    """Host and a hash of the address; documents without an address go by their first megabyte."""
    told = url.encode("utf-8", "replace") if url else body[:1_000_000]
    try:
        host = (urlsplit(url).hostname if url else None) or "-"
    except ValueError:
        host = "-"
    return f"{host[:200]} {hashlib.sha256(told).hexdigest()[:32]}"
