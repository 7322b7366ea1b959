"""How long healthy feeds take alone and beside a crowd of servers that hang, in one run: ``crowd.py [ROUNDS]``.

Prints the medians and the ratio. 50 healthy servers answer after 0.5 s; 200 others accept and say nothing. "unknown" has
the crowd first in the list, as on the day when nobody knows yet that they hang; "known" has it last, as ``poll`` orders
feeds from then on.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime

from monitor.fetch import AddressPolicy, FetchLimits, HttpFetcher
from monitor.model import Request

N_HEALTHY, N_HUNG, LATENCY_S = 50, 200, 0.5

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5_000


class Healthy(asyncio.Protocol):
    """Answers after a while."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to think."""
        asyncio.get_running_loop().call_later(LATENCY_S, transport.write, ANSWER)


async def listen(kind: type[asyncio.Protocol]) -> tuple[asyncio.Server, int]:
    server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", 0, backlog=1_024)
    return server, server.sockets[0].getsockname()[1]


async def measure(good: int, bad: int, n_hung: int, *, is_known: bool = False) -> float:
    policy = AddressPolicy(allow_private=True)
    fetcher = HttpFetcher(
        FetchLimits(), policy, "monitor/bench", clock=lambda: datetime.now(UTC), resolver=lambda _: ["127.0.0.1"]
    )
    urls = [f"http://bad{n}.localhost:{bad}/" for n in range(n_hung)]
    urls += [f"http://good{n}.localhost:{good}/" for n in range(N_HEALTHY)]
    async with fetcher:
        began = time.perf_counter()
        tasks = [
            asyncio.create_task(fetcher.fetch(Request(url=url)), name=url)
            for url in (reversed(urls) if is_known else urls)
        ]
        await asyncio.gather(*(task for task in tasks if "good" in task.get_name()))
        spent = time.perf_counter() - began
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return spent


async def main(n_rounds: int) -> None:
    (one, good), (two, bad) = await listen(Healthy), await listen(asyncio.Protocol)
    rounds = [
        (
            await measure(good, bad, 0),
            await measure(good, bad, N_HUNG),
            await measure(good, bad, N_HUNG, is_known=True),
        )
        for _ in range(n_rounds)
    ]
    one.close()
    two.close()
    alone = statistics.median(times[0] for times in rounds)
    print(f"{N_HEALTHY} healthy feeds alone: {alone:.2f} s")
    for place, name in ((1, "unknown"), (2, "known")):
        spent = statistics.median(times[place] for times in rounds)
        ratio = statistics.median(times[place] / times[0] for times in rounds)
        print(f"beside {N_HUNG} hung ones, {name}: {spent:.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
