"""An article is fetched with the pages on which it goes on, and no others."""

import asyncio
from dataclasses import replace

import pytest

from monitor.errors import ExtractError, FetchError
from monitor.model import Entry, Page, Reason, Request, Response
from monitor.pipeline.pages import read_article
from monitor.stages.extract import extract_page

FERRY = "https://harbour.example/ferry"
TEXTS = [
    "The ferry between Norhaven and the outer islands will run again from October, the harbour board said on Friday.",
    "It had been suspended since March, when the older of the two ships failed an inspection of its hull.",
    "The fare stays at nine crowns, and two crossings a day are planned for the winter, the board said.",
    "Islanders had gone to court over the delay, and a ruling is expected before the end of the month.",
    "A third ship was ordered in May; it will be built at the yard of the city and delivered in two years.",
    "The sixth page of this article is one that nobody should have to click for, and no program should fetch.",
]


def part(number: int, n_pages: int, *, title: str = "Ferry line returns") -> str:
    link = f"<a rel=next href='/ferry/{number + 1}'>Next page</a>" if number < n_pages else ""
    lead = "<p class=standfirst>After seven months the islands get their timetable back.</p>" if number == 1 else ""
    return f"<title>{title}</title><article><h1>{title}</h1>{lead}<p>{TEXTS[number - 1]}</p></article>{link}"


class Site:
    """Serves pages from a dict and reads them in this process; what is no text is raised."""

    def __init__(self, pages: dict[str, str | Exception]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request.url)
        page = self.pages.get(request.url)
        if page is None:
            raise FetchError(request.url, "http_status", "404 Not Found", permanent=True, status=404)
        if isinstance(page, Exception):
            raise page
        return Response(url=request.url, status=200, body=page.encode())

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        return extract_page(response.body, url=response.url, charset="utf-8", entry=entry)

    def read(self) -> tuple[Page, tuple[Reason, ...]]:
        return asyncio.run(read_article(FERRY, Entry(url=FERRY, title="Ferry"), pages=self, reader=self))


def site_of(n_pages: int) -> Site:
    return Site({f"{FERRY}/{n}" if n > 1 else FERRY: part(n, n_pages) for n in range(1, n_pages + 1)})


@pytest.mark.parametrize("n_pages", [1, 2, 3])
def test_the_pages_of_an_article_become_one(n_pages: int) -> None:
    site = site_of(n_pages)
    page, because = site.read()
    assert (page.url, page.next_url, because) == (FERRY, None, ())
    assert page.paragraphs == tuple(TEXTS[:n_pages])
    assert page.standfirst == "After seven months the islands get their timetable back."
    assert len(site.asked) == n_pages


def test_no_more_than_five_pages_are_asked_for() -> None:
    site = site_of(6)
    page, _ = site.read()
    assert (page.paragraphs, len(site.asked)) == (tuple(TEXTS[:5]), 5)


def test_a_page_that_leads_back_is_not_asked_for_again() -> None:
    site = site_of(2)
    site.pages[f"{FERRY}/2"] = part(2, 2) + f"<a rel=next href='{FERRY}/2'>Next page</a>"
    assert site.read()[0].paragraphs == tuple(TEXTS[:2])
    assert site.asked == [FERRY, f"{FERRY}/2"]


class Circle(Site):
    """A site on whose every page the same next one is found."""

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        return replace(await super().read_page(response, entry), next_url=f"{FERRY}/2")


def test_pages_in_a_circle_are_read_once_each() -> None:
    site = Circle(site_of(3).pages)
    assert site.read()[0].paragraphs == tuple(TEXTS[:2])
    assert site.asked == [FERRY, f"{FERRY}/2"]


def test_another_article_at_the_next_address_is_left_out() -> None:
    site = site_of(2)
    site.pages[f"{FERRY}/2"] = part(2, 2, title="Harbour dredging is late again")
    assert site.read()[0].paragraphs == (TEXTS[0],)


@pytest.mark.parametrize(
    "failure",
    [
        FetchError(f"{FERRY}/2", "timeout", "no answer in 20 s"),
        FetchError(f"{FERRY}/2", "robots", "forbidden by robots.txt", permanent=True),
        ExtractError(f"{FERRY}/2", "timeout", "not read in 10 s"),
    ],
)
def test_a_later_page_that_cannot_be_had_leaves_the_first_and_a_reason(failure: FetchError | ExtractError) -> None:
    site = site_of(3)
    site.pages[f"{FERRY}/2"] = failure
    page, because = site.read()
    assert page.paragraphs == (TEXTS[0],)
    assert [(reason.stage, reason.signal) for reason in because] == [("read", "pages")]
    assert f"{FERRY}/2" in (because[0].detail or "")
    assert failure.detail in (because[0].detail or "")


def test_a_first_page_that_cannot_be_had_is_an_error() -> None:
    with pytest.raises(FetchError, match="404"):
        Site({}).read()
