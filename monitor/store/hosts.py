"""Manners that outlive a process: when hosts may be asked again, and what their robots.txt said."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from monitor.model import RobotsRecord
from monitor.store.bodies import pack_bytes, unpack_bytes
from monitor.store.database import Database
from monitor.store.dialect import hold_until_commit, upsert
from monitor.store.schema import hosts, robots

# A wait that no queue of a few processes explains: then the clock was set back, and the host counts as rested.
_LONGEST_QUEUE = timedelta(minutes=1)

_HOSTS_KEPT = timedelta(days=1)
_ROBOTS_KEPT = timedelta(days=60)


class SqlHosts:
    """Implements ``ports.HostStore``."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database
        self._is_swept = False

    def reserve(self, host: str, *, gap_s: float, now: datetime) -> float:
        """Seconds to wait until *host* may be asked; the next caller is told to wait *gap_s* longer.

        Two processes never get the same moment. *now* is real time, whatever the command acts as.
        """
        gap = timedelta(seconds=gap_s)
        with self._database.write() as connection:
            hold_until_commit(connection, f"host:{host}")
            self._sweep(connection, now)
            free_at = connection.scalar(select(hosts.c.free_at).where(hosts.c.host == host))
            start_at = now
            if free_at is not None and now < free_at <= now + gap + _LONGEST_QUEUE:
                start_at = free_at
            connection.execute(upsert(connection, hosts, "host"), {"host": host, "free_at": start_at + gap})
        return (start_at - now).total_seconds()

    def find_robots(self, origin: str) -> RobotsRecord | None:
        """What its robots.txt said."""
        with self._database.read() as connection:
            row = connection.execute(select(robots).where(robots.c.origin == origin)).one_or_none()
        if row is None:
            return None
        rules = None if row.rules is None else unpack_bytes(row.rules).decode()
        return RobotsRecord(
            origin=row.origin, rules=rules, asked_at=row.asked_at, until=row.until,
            unreachable_since=row.unreachable_since,
        )  # fmt: skip

    def save_robots(self, record: RobotsRecord) -> None:
        """Remember what its robots.txt said, in place of what it said before."""
        row = {
            "origin": record.origin,
            "rules": None if record.rules is None else pack_bytes(record.rules.encode("utf-8", "replace")),
            "asked_at": record.asked_at,
            "until": record.until,
            "unreachable_since": record.unreachable_since,
        }
        with self._database.write() as connection:
            connection.execute(upsert(connection, robots, "origin"), row)

    def _sweep(self, connection: Connection, now: datetime) -> None:
        """Forget hosts at rest and origins that nobody asks for any more, once for each opening."""
        if not self._is_swept:
            connection.execute(delete(hosts).where(hosts.c.free_at < now - _HOSTS_KEPT))
            connection.execute(delete(robots).where(robots.c.until < now - _ROBOTS_KEPT))
            self._is_swept = True
