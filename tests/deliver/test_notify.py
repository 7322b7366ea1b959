"""Notices through Apprise, against a service on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from monitor.deliver import Note, NotifyChannel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress
from tests.render.editions import sample_edition

NOTE = Note(title="What is new", body="Eastern Chip plans 805,000\nhttps://news.example/daily/2026-09-04.html")


class Service(ThreadingHTTPServer):
    """Answers every POST with *status*, or not at all (0)."""

    status = 200

    def __init__(self) -> None:
        self.bodies: list[dict[str, str]] = []
        self.closing = Event()
        super().__init__(("127.0.31.8", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        if self.server.status == 0:
            self.server.closing.wait(30)
            return
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test looks at what arrived."""


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.closing.set()
    running.shutdown()
    running.server_close()


def channel(service: Service) -> NotifyChannel:
    address = f"json://user:secret-word@127.0.31.8:{service.server_port}/hook-token?rto=0.3&cto=0.3"
    return NotifyChannel(address, name="notify:json-1", write=lambda edition: NOTE)


def send(to: NotifyChannel) -> None:
    to.send(sample_edition(), history=(), key="daily/2026-09-04|notify:json-1")


def test_a_notice_has_the_line_that_leads_and_the_page(service):
    send(channel(service))
    (body,) = service.bodies
    assert body["title"] == NOTE.title
    assert body["message"] == NOTE.body


def test_the_same_key_twice_sends_the_same_notice_twice(service):
    for _ in range(2):
        send(channel(service))
    assert service.bodies[0] == service.bodies[1]


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503, 0])
def test_whatever_fails_is_worth_a_retry_and_no_secret_is_told(service, status):
    service.status = status
    with pytest.raises(DeliveryError, match="the notice was not taken") as caught:
        send(channel(service))
    assert not caught.value.permanent
    assert "secret-word" not in str(caught.value)
    assert "hook-token" not in str(caught.value)


def test_an_address_that_apprise_does_not_know_is_held_and_its_secret_not_told():
    with pytest.raises(DeliveryError, match="cannot read this pigeon:// address") as caught:
        send(NotifyChannel("pigeon://secret-word@roof", name="notify:pigeon-1", write=lambda edition: NOTE))
    assert caught.value.permanent
    assert "secret-word" not in str(caught.value)


def test_without_apprise_the_extra_is_named(service, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(DeliveryError, match=r"monitor-news\[notify\]") as caught:
        send(channel(service))
    assert caught.value.permanent


def test_the_name_of_a_notice_shows_its_scheme_alone_and_is_its_own_name():
    address = ChannelAddress(kind="notify", target="tgram://123456:TOKEN/42")
    assert address.name.startswith("tgram-")
    assert "TOKEN" not in address.key
    assert ChannelAddress(kind="notify", target=address.name).key == address.key
    assert address.key != ChannelAddress(kind="notify", target="tgram://123456:TOKEN/43").key
