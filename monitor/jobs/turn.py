"""The store's ``work`` lock, held while at least one task of this process needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from monitor.errors import StoreLockedError
from monitor.ports import Store


class WorkTurn:
    """Counts who needs the lock; used from one thread. Tasks that run side by side share one hold."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._n_holders = 0
        self._lock = ExitStack()

    def try_enter(self) -> bool:
        """True if the lock is held now; False if another process works on the database. StoreError as it comes."""
        if self._n_holders == 0:
            try:
                self._lock.enter_context(self._store.lock("work", wait_s=0))
            except StoreLockedError:
                return False
        self._n_holders += 1
        return True

    def leave(self) -> None:
        """End one hold; the last one frees the lock."""
        self._n_holders -= 1
        if self._n_holders == 0:
            self._lock.close()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the lock, which is held, for a block."""
        try:
            yield
        finally:
            self.leave()
