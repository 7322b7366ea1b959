"""What holds for every source kind in the registry, and how ``auto`` chooses among them."""

from __future__ import annotations

import pytest

from monitor import sources
from monitor.errors import ParseError
from monitor.model import Response

URL = "https://a.example/x"
RSS = b"<rss><channel><title>N</title><item><title>x</title></item></channel></rss>"


def response(body: bytes, content_type: str = "text/html") -> Response:
    return Response(url=URL, status=200, headers=(("content-type", content_type),), body=body)


@pytest.mark.parametrize("kind", sources.SOURCES)
@pytest.mark.parametrize(
    "body", [b"", b"  \n", b"plain words", b"<note><to>x</to></note>", b"<html></html>", b"\x00\xff" * 50]
)
def test_what_is_no_document_of_the_kind_raises_parse_error(kind: str, body: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        sources.parse(kind, response(body))
    assert caught.value.url == URL
    assert caught.value.kind in {"empty", "not_a_feed", "truncated"}


@pytest.mark.parametrize("kind", sources.SOURCES)
def test_empty_body_is_named_so(kind: str) -> None:
    with pytest.raises(ParseError) as caught:
        sources.parse(kind, response(b""))
    assert caught.value.kind == "empty"


@pytest.mark.parametrize("kind", sources.SOURCES)
def test_request_accepts_something_with_a_last_resort(kind: str) -> None:
    ((name, value),) = sources.request_headers(kind)
    assert name == "Accept"
    assert value


def test_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ParseError, match="federal-register"):
        sources.parse("telegram", response(RSS))


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/plain", "image/png"])
def test_content_decides_whatever_the_content_type_says(content_type: str) -> None:
    assert sources.parse("auto", response(RSS, content_type)).entries[0].title == "x"


def test_feed_with_an_html_doctype_is_a_feed() -> None:
    assert sources.parse("auto", response(b"<!DOCTYPE html>" + RSS)).entries[0].title == "x"


def test_careless_web_page_is_no_truncated_feed() -> None:
    with pytest.raises(ParseError) as caught:
        sources.parse("auto", response(b"<!doctype html>\n<html><body><p>Down for maintenance<br>Sorry"))
    assert caught.value.kind == "not_a_feed"


def test_feed_without_entries_is_no_error() -> None:
    assert sources.parse("auto", response(b"<rss><channel><title>N</title></channel></rss>")).entries == ()
