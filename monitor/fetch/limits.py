"""How much of anything one request may take, and the error that says which limit was met."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """The limits of the client; lengths in seconds and bytes.

    ``total_s`` bounds one request from the name lookup to the last byte, redirects included; waiting for a turn at
    a busy host does not count. httpx knows only timeouts per operation, and one byte every half second never meets
    them, so the other three merely end hopeless requests sooner. ``max_bytes`` holds for what arrives and for what
    comes out of gzip; ``max_ratio`` stops a bomb early (text rarely exceeds 20:1, deflate cannot exceed 1032:1).
    ``host_gap_s`` is the least time between the starts of two requests to one host; None means 2 s on the
    internet and 0 s for loopback and private addresses. ``concurrency`` counts requests to which something comes in:
    one that waits for a silent server for ``patience_s`` gives its place up until bytes arrive.
    """

    total_s: float = 30.0
    dns_s: float = 5.0
    connect_s: float = 5.0
    read_s: float = 10.0
    max_bytes: int = 10_000_000
    max_ratio: int = 200
    max_redirects: int = 5
    per_host: int = 1
    concurrency: int = 64
    host_gap_s: float | None = None
    patience_s: float = 0.03


class RefusedError(Exception):
    """A limit or rule of the client was broken; ``kind`` is a FetchError kind. It never leaves the package."""

    def __init__(self, kind: str, detail: str, *, permanent: bool = False) -> None:
        self.kind = kind
        self.detail = detail
        self.permanent = permanent
        super().__init__(f"{kind}: {detail}")
