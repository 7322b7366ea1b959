"""Articles over several pages: which address goes on, and what is joined."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Page
from monitor.stages.extract import extract_page
from monitor.stages.paging import firsts_of, joined, page_number

FERRY = "https://www.harbour.example/2026/09/ferry"
TEXT = (
    "<p>The ferry between Norhaven and the outer islands will run again from October, the harbour board said.</p>" * 3
)


@pytest.mark.parametrize(
    ("first", "url", "number"),
    [
        (FERRY, f"{FERRY}/2", 2),
        (f"{FERRY}/", f"{FERRY}/3/", 3),
        (FERRY, f"{FERRY}/page/2", 2),
        (FERRY, f"{FERRY}/seite-2", 2),
        (FERRY, f"{FERRY}?page=2", 2),
        (f"{FERRY}?id=7", f"{FERRY}?id=7&seite=4", 4),
        (f"{FERRY}?page=1", f"{FERRY}?page=2", 2),
        (f"{FERRY}.html", f"{FERRY}-2.html", 2),
        (f"{FERRY}.html", f"{FERRY},2.html", 2),
        (f"{FERRY}.shtml", f"{FERRY}_2.shtml", 2),
        (FERRY, FERRY, None),
        (FERRY, f"{FERRY}/1", None),
        (FERRY, f"{FERRY}?cpage=2", None),
        (FERRY, f"{FERRY}?page=2&sort=new", None),
        (FERRY, f"{FERRY}/comments", None),
        (FERRY, f"{FERRY}-2026", None),
        (FERRY, "https://www.harbour.example/2026/09/dredger/2", None),
        (FERRY, "https://elsewhere.example/2026/09/ferry/2", None),
        (FERRY, "https://www.harbour.example:99999/2026/09/ferry/2", None),
        (FERRY, "javascript:next(2)", None),
    ],
)
def test_only_the_article_s_own_address_with_a_number_is_a_page_of_it(first: str, url: str, number: int | None) -> None:
    assert page_number(first, url) == number


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_two_addresses_make_it_fail(first: str, url: str) -> None:
    number = page_number(f"https://a.example/{first}", f"https://a.example/{url}")
    assert number is None or number >= 2


@given(
    st.lists(st.text("abcdefg-", min_size=1, max_size=8), min_size=1, max_size=4),
    st.integers(2, 4),
    st.sampled_from(["/{}", "/page/{}", "?page={}", "/seite-{}"]),
)
def test_the_first_page_is_found_again_from_a_later_one(parts: list[str], number: int, form: str) -> None:
    first = "https://a.example/" + "/".join(parts)
    later = first + form.format(number)
    if page_number(first, later) == number:
        assert any(page_number(found, later) == n == number for found, n in firsts_of(later) if found != later)


def next_of(links: str, url: str = FERRY, head: str = "") -> str | None:
    html = f"<html><head><title>Ferry</title>{head}</head><body><article><h1>Ferry</h1>{TEXT}</article>{links}</body>"
    return extract_page(html.encode(), url=url, charset="utf-8", entry=None).next_url


@pytest.mark.parametrize(
    ("links", "head"),
    [
        ("<a rel=next href='/2026/09/ferry/2'>»</a>", ""),
        ("", "<link rel=next href='/2026/09/ferry/2'>"),
        ("<a href='ferry/2'>Next page</a>", ""),
        ("<div class=pages>1 <a href='ferry/2#top'>2</a> <a href='ferry/3'>3</a></div>", ""),
        ("<a href='/2026/09/ferry/2'>Nächste Seite</a>", ""),
        ("<a href='/2026/09/ferry/2'>下一页</a>", ""),
    ],
)
def test_the_page_that_follows_is_found(links: str, head: str) -> None:
    assert next_of(links, head=head) == f"{FERRY}/2"


def test_page_two_leads_to_page_three() -> None:
    links = "<a href='/2026/09/ferry'>1</a> 2 <a href='/2026/09/ferry/3'>3</a>"
    assert next_of(links, url=f"{FERRY}/2") == f"{FERRY}/3"


@pytest.mark.parametrize(
    "links",
    [
        "<a rel=next href='/2026/09/dredger'>Harbour dredging is late again</a>",
        "<a href='/2026/09/ferry?comment-page=2'>Next</a>",
        "<a href='/2026/09/ferry/2'>The winter timetable of the ferry</a>",
        "<a href='https://[broken'>Next</a>",
        "<a href='#2'>2</a>",
    ],
)
def test_the_next_post_comments_and_other_links_continue_nothing(links: str) -> None:
    assert next_of(links) is None


ONE = Page(url=FERRY, title="Ferry line returns", standfirst="At last.", paragraphs=("One.", "Two."))


def test_a_further_page_adds_what_the_first_does_not_have() -> None:
    two = Page(url=f"{FERRY}/2", title="Ferry line returns – page 2", paragraphs=("At last.", "Two.", "Three."),
               next_url=f"{FERRY}/3")  # fmt: skip
    whole = joined(ONE, two)
    assert whole is not None
    assert (whole.url, whole.paragraphs, whole.next_url) == (FERRY, ("One.", "Two.", "Three."), f"{FERRY}/3")


@pytest.mark.parametrize(
    "further",
    [
        Page(url=f"{FERRY}/2", title="Harbour dredging is late again", paragraphs=("Three.",)),
        Page(url=f"{FERRY}/2", title=None, paragraphs=("Three.",)),
        Page(url=f"{FERRY}/2", title="Ferry line returns", paragraphs=("One.", "Two.")),
        Page(url=f"{FERRY}/2", title="Ferry line returns", paragraphs=("Three.",), problem="paywall"),
    ],
)
def test_another_article_a_repetition_and_a_closed_page_are_not_joined(further: Page) -> None:
    assert joined(ONE, further) is None


def test_addresses_stay_on_their_host() -> None:
    assert all(urlsplit(found).hostname == "www.harbour.example" for found, _ in firsts_of(f"{FERRY}/2?page=3"))
