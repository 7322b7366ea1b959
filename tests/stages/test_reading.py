"""From which text an entry is judged, and the article that is made of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model import Page
from monitor.stages.reading import (
    article_from,
    article_id,
    carries_full_text,
    cut,
    needs_page,
    page_of_summary,
    with_summary,
)
from tests.factories import NOW, entry, feed, pending

PARAGRAPH = "<p>" + "The harbour council voted on Tuesday to close the old ferry dock for good. " * 5 + "</p>"
HAN = "<p>" + "港口委员会周二投票决定永久关闭旧渡轮码头。" * 5 + "</p>"


@pytest.mark.parametrize(
    ("html", "summary", "is_full"),
    [
        (PARAGRAPH * 3, None, True),
        (HAN * 2, None, True),
        (PARAGRAPH, None, False),
        (PARAGRAPH * 3 + "Read more", None, False),
        (PARAGRAPH * 3 + "<p>[…]</p>", None, False),
        (PARAGRAPH * 3 + "<p>The post Dock appeared first on Times.</p>", None, False),
        ("<p>Short.</p><p>Too short.</p>", None, False),
        (None, "A summary.", False),
        (PARAGRAPH * 3, "The harbour council voted on Tuesday to close the old ferry dock for good. " * 15, False),
    ],
)
def test_a_feed_carries_the_full_text_if_it_is_long_whole_and_more_than_a_summary(
    html: str | None, summary: str | None, *, is_full: bool
) -> None:
    assert carries_full_text(entry(html=html, summary=summary)) == is_full


@pytest.mark.parametrize(
    ("waits", "by", "is_needed"),
    [
        (pending(), feed(), True),
        (pending(), None, True),
        (pending(), feed(full_text=False), False),
        (pending(is_backfill=True), feed(), False),
        (pending(entry(url=None)), feed(), False),
        (pending(entry(url="mailto:me@example.org")), feed(), False),
        (pending(entry(html=PARAGRAPH * 3)), feed(), False),
    ],
)
def test_a_page_is_fetched_only_where_it_can_tell_more(waits: object, by: object, *, is_needed: bool) -> None:
    assert needs_page(by, waits) == is_needed  # type: ignore[arg-type]


def test_a_summary_alone_makes_a_page_and_a_title_alone_too() -> None:
    assert page_of_summary(entry(summary="One.\nTwo.")).paragraphs == ("One.", "Two.")
    assert page_of_summary(entry(summary=None)).paragraphs == ("Works to close",)
    assert page_of_summary(entry(summary=None, title=None)).paragraphs == ()


def test_the_standfirst_comes_first_unless_the_text_repeats_it() -> None:
    page = Page(url=None, standfirst="In short.", paragraphs=("At length. And more.",))
    assert cut(page, "en") == (("In short.", "At length.", "And more."), (True, True, False))
    again = Page(url=None, standfirst="At length.", paragraphs=("At length. And more.",))
    assert cut(again, "en") == (("At length.", "And more."), (True, False))


def test_a_date_in_the_future_is_not_believed() -> None:
    page = Page(url=None, paragraphs=("One.",), published_at=NOW - timedelta(hours=1))
    made = article_from(page, pending(entry(published_at=NOW + timedelta(days=3))), feed(), now=NOW)
    assert made.published_at == NOW - timedelta(hours=1)


def test_the_outlet_is_the_feeds_own_name_but_not_that_of_a_search() -> None:
    page = Page(url="https://times.example/1", outlet="The Times", paragraphs=("One.",))
    assert article_from(page, pending(), feed(title="Harbour"), now=NOW).outlet == "Harbour"
    assert article_from(page, pending(), feed(title="Search", kind="search"), now=NOW).outlet == "The Times"


def test_an_article_keeps_its_id_through_revisions_and_addresses_of_one_page() -> None:
    assert article_from(Page(url=None), pending(article_id="a77"), None, now=NOW).id == "a77"
    assert article_id("https://a.example/x?utm_source=rss", "f") == article_id("https://a.example/x", "f")
    assert article_id(None, "one") != article_id(None, "two")


def test_a_page_without_text_is_completed_by_the_summary() -> None:
    page = with_summary(Page(url=None, problem="paywall"), entry(summary="In short."))
    assert (page.title, page.paragraphs, page.published_at) == ("Works to close", ("In short.",), NOW)
