"""Names that hang, do not exist, or have strange addresses: nobody else waits for them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import AddressPolicy, FetchLimits
from monitor.fetch.limits import RefusedError
from monitor.fetch.names import NameService
from monitor.model import Request

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
V4, V6, NAT64 = "93.184.215.14", "2606:4700::1", "64:ff9b::5db8:d70e"


class Resolver:
    """Answers from a table; names under ``hung.example`` hang until they are let go, others do not exist."""

    def __init__(self, known: dict[str, list[str]] | None = None) -> None:
        self.known = known or {}
        self.let_go = threading.Event()
        self.n_asked = 0

    def __call__(self, host: str) -> list[str]:
        self.n_asked += 1
        if host.endswith("hung.example"):
            self.let_go.wait(30)
        if host not in self.known:
            raise OSError(-2, "Name or service not known")
        return self.known[host]


def client(kit: Any, network: Any, resolver: Resolver, limits: FetchLimits | None = None) -> Any:
    chosen = limits or FetchLimits(host_gap_s=0)
    return kit.fetcher(chosen, AddressPolicy(), dialler=network, resolver=resolver)


async def fail(fetcher: Any, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(Request(url=url))
    return caught.value


@pytest.mark.asyncio
async def test_two_hundred_names_that_hang_do_not_hold_up_one_that_answers(kit: Any) -> None:
    resolver, network = Resolver({"good.example": [V4]}), kit.recorder({V4: PAGE})
    try:
        async with client(kit, network, resolver, FetchLimits(dns_s=60, total_s=60)) as fetcher:
            hung = [asyncio.create_task(fetcher.fetch(Request(url=f"http://a{n}.hung.example/"))) for n in range(200)]
            answer = await fetcher.fetch(Request(url="http://good.example/"))
            assert not any(task.done() for task in hung)
            for task in hung:
                task.cancel()
            await asyncio.gather(*hung, return_exceptions=True)
        assert answer.body == b"hi"
    finally:
        resolver.let_go.set()


@pytest.mark.asyncio
async def test_a_name_that_hangs_ends_at_its_deadline_as_a_dns_error(kit: Any) -> None:
    resolver = Resolver()
    try:
        async with client(kit, kit.recorder(), resolver, FetchLimits(dns_s=0.05)) as fetcher:
            error = await fail(fetcher, "http://a.hung.example/")
        assert error.kind == "dns"
        assert "within 0.05 s" in error.detail
    finally:
        resolver.let_go.set()


@pytest.mark.asyncio
async def test_a_storm_of_names_that_do_not_exist_leaves_the_client_usable(kit: Any) -> None:
    resolver, network = Resolver({"good.example": [V4]}), kit.recorder({V4: PAGE})
    async with client(kit, network, resolver) as fetcher:
        errors = await asyncio.gather(*(fail(fetcher, f"http://n{n}.example/") for n in range(400)))
        assert (await fetcher.fetch(Request(url="http://good.example/"))).body == b"hi"
    assert {error.kind for error in errors} == {"dns"}
    assert len(network.dials) == 1


@pytest.mark.asyncio
async def test_each_name_is_looked_up_once_a_request_and_never_remembered(kit: Any) -> None:
    resolver, network = Resolver({"good.example": [V4]}), kit.recorder({V4: PAGE})
    async with client(kit, network, resolver) as fetcher:
        for _ in range(3):
            await fetcher.fetch(Request(url="http://good.example/"))
    assert resolver.n_asked == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("address", [V6, NAT64])
async def test_a_name_with_a_single_ipv6_address_is_dialled_there(kit: Any, address: str) -> None:
    network = kit.recorder({address: PAGE})
    async with client(kit, network, Resolver({"six.example": [address]})) as fetcher:
        assert (await fetcher.fetch(Request(url="http://six.example/"))).body == b"hi"
    assert network.addresses == [address]


@pytest.mark.asyncio
async def test_a_nat64_address_that_leads_inside_is_refused(kit: Any) -> None:
    network = kit.recorder({})
    async with client(kit, network, Resolver({"six.example": ["64:ff9b::a00:1"]})) as fetcher:
        assert (await fail(fetcher, "http://six.example/")).kind == "forbidden_address"
    assert network.dials == []


@pytest.mark.asyncio
async def test_a_thousand_addresses_get_six_dials(kit: Any) -> None:
    network = kit.recorder({})
    many = [f"93.184.{n // 250}.{n % 250 + 1}" for n in range(1_000)]
    async with client(kit, network, Resolver({"many.example": many})) as fetcher:
        assert (await fail(fetcher, "http://many.example/")).kind == "connect"
    assert len(network.dials) == 6


@pytest.mark.asyncio
@pytest.mark.parametrize("failure", [UnicodeError("label too long"), ValueError("embedded null"), OSError(11, "again")])
async def test_whatever_the_resolver_raises_is_one_failed_request(kit: Any, failure: Exception) -> None:
    def resolve(host: str) -> list[str]:
        raise failure

    async with client(kit, kit.recorder(), resolve) as fetcher:  # type: ignore[arg-type]
        assert (await fail(fetcher, "http://odd.example/")).kind == "dns"


@pytest.mark.asyncio
async def test_lookups_beyond_the_threads_wait_and_are_not_lost() -> None:
    resolver = Resolver({"a.example": [V4]})
    names = NameService(resolver, timeout_s=30, max_threads=2)
    found = await asyncio.gather(*(names.find_addresses("a.example") for _ in range(20)))
    assert found == [[V4]] * 20


@pytest.mark.asyncio
async def test_a_lookup_that_was_given_up_frees_its_thread_when_it_ends() -> None:
    resolver = Resolver({"a.example": [V4], "x.hung.example": [V4]})
    names = NameService(resolver, timeout_s=0.02, max_threads=1)
    with pytest.raises(RefusedError):
        await names.find_addresses("x.hung.example")
    resolver.let_go.set()
    assert await NameService(resolver, timeout_s=30, max_threads=1).find_addresses("a.example") == [V4]
    names._timeout_s = 30
    assert await names.find_addresses("a.example") == [V4]


def test_a_lookup_that_hangs_does_not_keep_the_program_from_ending() -> None:
    script = (
        "import asyncio, time\n"
        "from monitor.fetch.limits import RefusedError\n"
        "from monitor.fetch.names import NameService\n"
        "async def main():\n"
        "    try:\n"
        "        await NameService(lambda host: time.sleep(600), timeout_s=0.01).find_addresses('h')\n"
        "    except RefusedError as error:\n"
        "        print(error.kind)\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert (ended.stdout, ended.stderr) == ("dns\n", "")
