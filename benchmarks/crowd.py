"""How long healthy feeds take alone and beside a crowd of servers that hang, in one run: ``crowd.py [ROUNDS]``.

Prints the median of both and their ratio. 50 healthy servers answer after 0.2 s; 200 others accept and say nothing, and
come first in the list, as on the day when nobody knows yet that they hang.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime

from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher
from monitor.model import Request

N_HEALTHY, N_HUNG, LATENCY_S = 50, 200, 0.2

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5_000


class Healthy(asyncio.Protocol):
    """Answers after a while."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        asyncio.get_running_loop().call_later(LATENCY_S, transport.write, ANSWER)


async def listen(kind: type[asyncio.Protocol]) -> tuple[asyncio.Server, int]:
    server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", 0, backlog=1_024)
    return server, server.sockets[0].getsockname()[1]


async def measure(good: int, bad: int, n_hung: int) -> float:
    policy = AddressPolicy(allow_private=True)
    fetcher = HttpFetcher(
        FetchLimits(), policy, "monitor/bench", clock=lambda: datetime.now(UTC), resolver=lambda _: ["127.0.0.1"]
    )
    async with fetcher:
        hung = [
            asyncio.create_task(fetcher.fetch(Request(url=f"http://bad{n}.localhost:{bad}/"))) for n in range(n_hung)
        ]
        began = time.perf_counter()
        await asyncio.gather(*(fetcher.fetch(Request(url=f"http://h{n}.localhost:{good}/")) for n in range(N_HEALTHY)))
        spent = time.perf_counter() - began
        for task in hung:
            task.cancel()
        await asyncio.gather(*hung, return_exceptions=True)
    return spent


async def main(n_rounds: int) -> None:
    (one, good), (two, bad) = await listen(Healthy), await listen(asyncio.Protocol)
    pairs = [(await measure(good, bad, 0), await measure(good, bad, N_HUNG)) for _ in range(n_rounds)]
    one.close()
    two.close()
    alone, crowded = (statistics.median(pair[place] for pair in pairs) for place in (0, 1))
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(
        f"{N_HEALTHY} healthy feeds alone {alone:.2f} s, beside {N_HUNG} hung ones {crowded:.2f} s, ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
