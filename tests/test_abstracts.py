"""Asking a language model: a real server on loopback that is good, lying, slow, broken or gone."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from monitor.app.abstracts import write_abstracts
from monitor.app.opening import App
from monitor.config import LlmSettings, Settings
from monitor.model import Edition
from tests.factories import NOW
from tests.render.editions import sample_edition

Answerer = Callable[[Request], Response]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def completion(content: object) -> Response:
    return Response(json.dumps({"choices": [{"message": {"content": content}}]}), content_type="application/json")


def first_sentence(request: Request) -> str:
    return json.loads(request.data)["messages"][1]["content"].splitlines()[0].removeprefix("1. ")


def good(request: Request) -> Response:
    return completion(json.dumps({"abstract": first_sentence(request), "cites": [1]}))


def lying(request: Request) -> Response:
    return completion(json.dumps({"abstract": "Gotham Steel sold 99,999 towers to Atlantis.", "cites": [1]}))


def ask(server: HTTPServer | None, answerer: Answerer | None = None, *, timeout_s: float = 30.0) -> object:
    if server is not None and answerer is not None:
        server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(answerer)
    url = server.url_for("/v1") if server is not None else f"http://127.0.0.1:{free_port()}/v1"
    settings = Settings(
        path="feeds.yaml", topics=(), store="sqlite://",
        llm=LlmSettings(url=url, model="small", key="secret", timeout_s=timeout_s),
    )  # type: ignore[arg-type]  # fmt: skip
    return write_abstracts(App(settings=settings, store=None, now=NOW), sample_edition())  # type: ignore[arg-type]


def full_stories(edition: Edition) -> list[object]:
    return [story for story in edition.stories if not story.is_brief and not story.is_official]


def test_lines_that_are_borne_out_come_back_by_their_sentences(httpserver: HTTPServer) -> None:
    answers = ask(httpserver, good)
    assert len(answers.lines) == len(full_stories(sample_edition()))
    assert answers.remarks == ()
    request, _ = httpserver.log[0]
    assert request.headers["Authorization"] == "Bearer secret"
    assert json.loads(request.data)["model"] == "small"


def test_a_lie_is_dropped_with_a_remark(httpserver: HTTPServer) -> None:
    answers = ask(httpserver, lying)
    assert answers.lines == {}
    assert len(answers.remarks) == len(full_stories(sample_edition()))
    assert "is left out: the figure" in answers.remarks[0]


@pytest.mark.parametrize(
    "answerer",
    [
        lambda _: Response("not json", content_type="application/json"),
        lambda _: Response("[" * 100_000, content_type="application/json"),
        lambda _: Response("{}", content_type="application/json"),
        lambda _: completion(None),
        lambda _: Response("no", status=500),
        lambda _: Response("", status=307, headers={"Location": "http://127.0.0.1:9/"}),
    ],
    ids=["text", "deep", "empty", "null", "500", "redirect"],
)
def test_garbage_ends_the_asking_with_one_remark(httpserver: HTTPServer, answerer: Answerer) -> None:
    answers = ask(httpserver, answerer)
    assert answers.lines == {}
    assert len(answers.remarks) == 1
    assert "could not be asked" in answers.remarks[0]
    assert len(httpserver.log) == 1


def test_a_model_that_does_not_answer_costs_no_more_than_its_time(httpserver: HTTPServer) -> None:
    from threading import Event

    over = Event()

    def hanging(request: Request) -> Response:
        over.wait(20)
        return good(request)

    answers = ask(httpserver, hanging, timeout_s=0.3)
    over.set()
    assert answers.lines == {}
    assert len(answers.remarks) == 1


def test_a_model_that_is_not_there_is_told() -> None:
    answers = ask(None)
    assert answers.lines == {}
    assert "connect" in answers.remarks[0]


def test_without_a_model_nothing_is_asked() -> None:
    settings = Settings(path="feeds.yaml", topics=(), store="sqlite://")  # type: ignore[arg-type]
    answers = write_abstracts(App(settings=settings, store=None, now=NOW), sample_edition())  # type: ignore[arg-type]
    assert (answers.lines, answers.remarks) == ({}, ())
