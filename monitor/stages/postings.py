"""Which documents hold a fingerprint: an index that grows by the million at a flat cost.

A log-structured merge of sorted arrays (O'Neil et al. 1996). A posting is one 64-bit number, fingerprint above document.
New ones go to a dict; when it is full it becomes a sorted run, and a run is merged into its older neighbour as long as
that one is less than ``_GROWTH`` times larger. So there are never more than a handful of runs to search, each posting
is copied a bounded number of times for every step of size, and an article of 400 words takes 0.5 kB.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.text.fingerprints import Prints

MAX_NUMBER = 2**32 - 1
"""Document numbers are below this."""

_HEAD = 1 << 15
_GROWTH = 8
_TOO_COMMON = 100
"""A print that more documents of one run hold is boilerplate and says nothing about copying; it would cost, too."""

_SHIFT = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_NONE = np.empty(0, dtype=np.uint32)
_Packed = NDArray[np.uint64]


class PostingIndex:
    """Documents by fingerprint. Postings are never removed: who asks ignores documents that are gone."""

    def __init__(self) -> None:
        """An empty index."""
        self._head: dict[int, list[int]] = {}
        self._n_head = 0
        self._runs: list[_Packed] = []  # oldest and largest first

    def __len__(self) -> int:
        """How many postings there are."""
        return self._n_head + sum(map(len, self._runs))

    @property
    def n_bytes(self) -> int:
        """Memory of the sorted runs."""
        return sum(run.nbytes for run in self._runs)

    def add(self, number: int, prints: Prints) -> None:
        """Take the prints of document *number* in. 10 microseconds an article, merges included 20."""
        head = self._head
        for value in prints.tolist():
            if value in head:
                head[value].append(number)
            else:
                head[value] = [number]
        self._n_head += len(prints)
        if self._n_head >= _HEAD:
            self._flush()

    def load(self, first: int, prints: Sequence[bytes]) -> None:
        """Take many documents in at once, numbered from *first*, each with its prints as ``to_bytes`` wrote them.

        4 s for a million articles.
        """
        sizes = np.fromiter((len(raw) // 4 for raw in prints), dtype=np.int64, count=len(prints))
        packed = np.frombuffer(b"".join(prints), dtype="<u4").astype(np.uint64)
        packed <<= _SHIFT
        packed |= np.repeat(np.arange(first, first + len(prints), dtype=np.uint64), sizes)
        packed.sort()
        self._take(packed)

    def find(self, prints: Prints) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """The documents that hold any of these prints (ascending, distinct), and how many each holds."""
        found = [self._find_in(run, prints) for run in self._runs]
        heads = [number for value in prints.tolist() if value in self._head for number in self._head[value]]
        found.append(np.array(heads, dtype=np.uint32))
        return np.unique(np.concatenate(found), return_counts=True)

    @staticmethod
    def _find_in(run: _Packed, prints: Prints) -> NDArray[np.uint32]:
        low = prints.astype(np.uint64) << _SHIFT
        starts = run.searchsorted(low)
        np.minimum(starts, len(run) - 1, out=starts)
        hits = np.flatnonzero(run[starts] >> _SHIFT == prints)
        if not len(hits):
            return _NONE
        starts = starts[hits]
        ends = run.searchsorted(low[hits] | _LOW, side="right")
        parts = [run[start:end] for start, end in zip(starts, ends, strict=True) if end - start <= _TOO_COMMON]
        return (np.concatenate(parts) & _LOW).astype(np.uint32) if parts else _NONE

    def _flush(self) -> None:
        packed = np.fromiter(
            ((value << 32) | number for value, numbers in self._head.items() for number in numbers),
            dtype=np.uint64, count=self._n_head,
        )  # fmt: skip
        packed.sort()
        self._head, self._n_head = {}, 0
        self._take(packed)

    def _take(self, packed: _Packed) -> None:
        """Append a sorted run, and merge from it on until each is ``_GROWTH`` times larger than the next."""
        if len(packed):
            self._runs.append(packed)
        while len(self._runs) > 1 and len(self._runs[-2]) < _GROWTH * len(self._runs[-1]):
            newer, older = self._runs.pop(), self._runs.pop()
            merged = np.concatenate([older, newer])
            merged.sort(kind="stable")  # two ascending runs: one pass
            self._runs.append(merged)
