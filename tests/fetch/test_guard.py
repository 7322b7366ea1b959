"""What is dialled: one lookup, every address judged, the connected one judged again, TLS by name."""

from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Any

import httpcore
import pytest

from monitor.errors import FetchError
from monitor.fetch import AddressPolicy, FetchLimits
from monitor.fetch.names import resolve_by_system
from monitor.model import Request

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
PUBLIC = "93.184.215.14"
PUBLIC_TOO = "2606:4700::1"


class Names:
    """A name service that answers from a list, one answer after the other, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def ask(kit: Any, network: Any, url: str = "http://news.example/", **changes: Any) -> Any:
    async with kit.public_fetcher(network, **changes) as fetcher:
        return await fetcher.fetch(Request(url=url))


async def refuse(kit: Any, network: Any, url: str = "http://news.example/", **changes: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await ask(kit, network, url, **changes)
    return caught.value


@pytest.mark.asyncio
async def test_a_request_goes_through_the_guarded_backend(kit: Any) -> None:
    network, names = kit.recorder({PUBLIC: PAGE}), Names([PUBLIC])
    answer = await ask(kit, network, resolver=names)
    assert answer.body == b"hi"
    assert network.dials == [(PUBLIC, 80)]
    assert names.asked == ["news.example"]
    assert b"\r\nHost: news.example\r\n" in network.streams[0].sent


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1", "::ffff:10.0.0.1", "fe80::1%lo"]
)
async def test_a_name_with_a_forbidden_address_is_refused_without_a_dial(kit: Any, address: str) -> None:
    for addresses in ([address], [PUBLIC, address], [address, PUBLIC]):
        network = kit.recorder({PUBLIC: PAGE})
        error = await refuse(kit, network, resolver=Names(addresses))
        assert error.kind == "forbidden_address"
        assert error.permanent
        assert network.dials == []


@pytest.mark.asyncio
async def test_one_forbidden_address_among_a_thousand_is_found(kit: Any) -> None:
    network = kit.recorder({})
    many = [f"93.184.{n // 250}.{n % 250 + 1}" for n in range(1_000)]
    assert (await refuse(kit, network, resolver=Names([*many, "10.0.0.1"]))).kind == "forbidden_address"
    assert network.dials == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::]", "0.1.2.3", "169.254.169.254", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
     "10.0.0.1:8080", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[fd00:ec2::254]",
     "127.0.0.1#@h.example", "127.0.0.1?@h.example"],
)  # fmt: skip
async def test_forbidden_literals_are_refused_without_a_lookup_or_a_dial(kit: Any, host: str) -> None:
    network, names = kit.recorder({}), Names([PUBLIC])
    error = await refuse(kit, network, f"http://{host}/", resolver=names)
    assert error.kind == "forbidden_address"
    assert network.dials == []
    assert names.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize("host", ["localhost", "localhost.", "2130706433", "0x7f.1", "127.1", "017700000001"])
async def test_no_spelling_of_loopback_is_dialled(kit: Any, host: str) -> None:
    network = kit.recorder({})
    error = await refuse(kit, network, f"http://{host}/", resolver=resolve_by_system)
    assert error.kind in ("bad_url", "forbidden_address", "dns")
    assert network.dials == []


@pytest.mark.asyncio
async def test_a_name_that_changes_its_mind_is_judged_by_every_new_answer(kit: Any) -> None:
    network, names = kit.recorder({PUBLIC: PAGE}), Names([PUBLIC], ["127.0.0.1"])
    limits = FetchLimits(host_gap_s=0)
    async with kit.fetcher(limits, AddressPolicy(), dialler=network, resolver=names) as fetcher:
        await fetcher.fetch(Request(url="http://news.example/"))
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(url="http://news.example/"))
    assert caught.value.kind == "forbidden_address"
    assert network.addresses == [PUBLIC]
    assert len(names.asked) == 2


@pytest.mark.asyncio
async def test_a_peer_that_is_not_the_judged_address_is_hung_up_on(kit: Any) -> None:
    network = kit.recorder({PUBLIC: PAGE}, peer="10.0.0.1")
    assert (await refuse(kit, network, resolver=Names([PUBLIC]))).kind == "forbidden_address"
    assert network.streams[0].is_closed
    assert network.streams[0].sent == b""


@pytest.mark.asyncio
async def test_the_next_address_is_tried_when_the_first_does_not_answer(kit: Any) -> None:
    network = kit.recorder({PUBLIC: PAGE})
    answer = await ask(kit, network, resolver=Names([PUBLIC_TOO, PUBLIC]))
    assert answer.status == 200
    assert network.addresses == [PUBLIC_TOO, PUBLIC]


@pytest.mark.asyncio
async def test_a_name_with_many_dead_addresses_gets_six_dials(kit: Any) -> None:
    network = kit.recorder({})
    error = await refuse(kit, network, resolver=Names([f"93.184.215.{n}" for n in range(1, 100)]))
    assert error.kind == "connect"
    assert len(network.dials) == 6


@pytest.mark.asyncio
async def test_a_name_without_addresses_is_a_dns_error(kit: Any) -> None:
    assert (await refuse(kit, kit.recorder({}), resolver=Names([]))).kind == "dns"


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_failed_lookup_is_a_passing_dns_error(kit: Any, error: Exception) -> None:
    def fail(host: str) -> list[str]:
        raise error

    found = await refuse(kit, kit.recorder({}), resolver=fail)
    assert (found.kind, found.permanent) == ("dns", False)


@pytest.mark.asyncio
async def test_a_hung_lookup_ends_at_its_deadline_and_holds_nobody_up(kit: Any) -> None:
    released = threading.Event()

    def hang(host: str) -> list[str]:
        if host.startswith("hung"):
            released.wait(20)
        return [PUBLIC]

    network = kit.recorder({PUBLIC: PAGE})
    limits = FetchLimits(dns_s=0.5, host_gap_s=0)
    try:
        async with kit.public_fetcher(network, resolver=hang, limits=limits) as fetcher:
            urls = [*(f"http://hung{n}.example/" for n in range(20)), "http://news.example/"]
            found = await asyncio.gather(*(fetcher.fetch(Request(url=url)) for url in urls), return_exceptions=True)
    finally:
        released.set()
    assert [getattr(one, "kind", None) for one in found[:-1]] == ["dns"] * 20
    assert not isinstance(found[-1], BaseException)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/", "//127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[::1]/", "http://169.254.169.254/latest",
     "http://inside.example/", "file:///etc/passwd", "gopher://127.0.0.1/", "javascript:alert(1)", "http://a@127.0.0.1/",
     "http://127.0.0.1\\@news.example/", "\\\\127.0.0.1\\x", "http://2130706433/", "http://news.example:25/"],
)  # fmt: skip
async def test_no_redirect_leads_to_a_forbidden_place(kit: Any, location: str) -> None:
    def resolve(host: str) -> list[str]:
        return ["10.0.0.7"] if host == "inside.example" else [PUBLIC]

    moved = kit.answer("302 Found", [("Location", location)])
    network = kit.recorder({PUBLIC: moved})
    error = await refuse(kit, network, resolver=resolve)
    assert error.kind in ("bad_url", "forbidden_address")
    assert network.addresses == [PUBLIC]


@pytest.mark.asyncio
async def test_proxies_of_the_environment_are_not_used(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    network = kit.recorder({PUBLIC: PAGE})
    await ask(kit, network, resolver=Names([PUBLIC]))
    assert network.addresses == [PUBLIC]


def make_server_tls(kit: Any, asked: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(kit.tls_pem)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    return context


@pytest.mark.asyncio
async def test_the_certificate_is_checked_against_the_name_and_not_the_address(kit: Any) -> None:
    asked: list[str | None] = []
    trust = ssl.create_default_context(cafile=kit.tls_pem)
    async with (
        kit.server(PAGE, tls=make_server_tls(kit, asked)) as server,
        kit.fetcher(ssl_context=trust, resolver=Names(["127.0.0.1"])) as fetcher,
    ):
        good = await fetcher.fetch(Request(url=f"https://news.example:{server.port}/"))
        with pytest.raises(FetchError) as caught:
            await fetcher.fetch(Request(url=f"https://other.example:{server.port}/"))
    assert good.body == b"hi"
    assert caught.value.kind == "tls"
    assert asked == ["news.example", "other.example"]
    assert len(server.heads) == 1


@pytest.mark.asyncio
async def test_a_certificate_of_an_unknown_authority_is_refused(kit: Any) -> None:
    async with kit.server(PAGE, tls=make_server_tls(kit, [])) as server:
        error = await kit.fail(f"https://news.example:{server.port}/", resolver=Names(["127.0.0.1"]))
    assert error.kind == "tls"


@pytest.mark.asyncio
async def test_https_never_leads_to_http(kit: Any) -> None:
    trust = ssl.create_default_context(cafile=kit.tls_pem)
    async with kit.server(PAGE) as open_to_all:
        moved = kit.answer("301 Moved Permanently", [("Location", open_to_all.url())])
        async with kit.server(moved, tls=make_server_tls(kit, [])) as server:
            url = f"https://news.example:{server.port}/"
            error = await kit.fail(url, ssl_context=trust, resolver=Names(["127.0.0.1"]))
    assert error.kind == "redirect"
    assert open_to_all.heads == []


@pytest.mark.asyncio
async def test_unix_sockets_are_never_opened(kit: Any) -> None:
    async with kit.public_fetcher(kit.recorder({})) as fetcher:
        backend: httpcore.AsyncNetworkBackend = fetcher._transport._pool._maker._network_backend
        with pytest.raises(Exception, match="unix socket"):
            await backend.connect_unix_socket("/run/x.sock")
