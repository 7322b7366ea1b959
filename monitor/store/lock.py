"""Locks between processes that the operating system or the server drops when their holder dies.

A SQLite database has lock files beside it (``monitor.db.work.lock``), held with ``flock``: unlike POSIX
record locks they belong to the open file, not to the process, so that two threads exclude each other too.
The files stay: removing one while another process waits on it would give two holders. On PostgreSQL a lock
is an advisory lock of a session; it ends with the connection.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select

from monitor.errors import StoreError, StoreLockedError
from monitor.store.dialect import advisory_key

# How often a waiter looks again. Always the same: with pauses that grew to 20 ms those that had waited longest looked
# least often (16 processes x 200 writes on two busy cores: longest wait 6.1 s, with even pauses 2.1 s).
WRITE_PAUSE_S = 0.002
_RUN_PAUSE_S = 0.05


def _wait(try_once: Callable[[], bool], wait_s: float, pause_s: float) -> bool:
    """True as soon as *try_once* is, False when *wait_s* seconds have passed."""
    deadline = time.monotonic() + wait_s
    while not try_once():
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return False
        time.sleep(min(pause_s, left_s))
    return True


@contextmanager
def hold_file(path: str, *, wait_s: float, busy: str, pause_s: float = _RUN_PAUSE_S) -> Iterator[None]:
    """Hold the lock file *path*, making it if need be; StoreLockedError(*busy*) after *wait_s* seconds."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        msg = f"{path}: the lock file cannot be opened ({error.strerror}): check who may write to its folder"
        raise StoreError(msg) from error
    try:
        if not _wait(lambda: _has_flock(descriptor), wait_s, pause_s):
            raise StoreLockedError(busy)
        yield
    finally:
        os.close(descriptor)


def _has_flock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def hold_advisory(engine: Engine, name: str, *, wait_s: float, busy: str) -> Iterator[None]:
    """Hold a session's advisory lock on a connection of its own; StoreLockedError(*busy*) after *wait_s* seconds."""
    key = advisory_key(name)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _wait(lambda: bool(connection.scalar(select(func.pg_try_advisory_lock(key)))), wait_s, _RUN_PAUSE_S):
            raise StoreLockedError(busy)
        try:
            yield
        finally:
            # The pool keeps the connection open, and a session's locks with it.
            connection.execute(select(func.pg_advisory_unlock(key)))
