"""Single texts and pages: judge one without storing it, show what extraction makes of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor.app.desk import load_corpus, open_desk
from monitor.app.opening import App, open_client, open_reader
from monitor.config import FetchSettings
from monitor.errors import ExtractError, FetchError, MonitorError, UsageError
from monitor.model import (
    Article,
    JudgedArticle,
    Page,
    Response,
)
from monitor.pipeline.pages import read_article
from monitor.ports import Embedder
from monitor.sources.auto import is_html
from monitor.stages.clipping import read_clipping
from monitor.stages.reading import cut
from monitor.text.charset import decode
from monitor.text.urls import is_web_url, url_key


async def check(app: App, page: Page, *, embedder: Embedder | None = None) -> JudgedArticle:
    """The verdict on one text against everything known; stores no judgement.

    A text at the address of a stored article is judged as if that one had never been seen.
    """
    async with open_reader() as reader:
        corpus = await load_corpus(app, reader)
    sentences, starts = cut(page, page.language)
    stored = _find_stored(app, page)
    article = Article(
        id=stored or "check", url=page.url, canonical_url=page.canonical_url or page.url, title=page.title,
        standfirst=page.standfirst, sentences=sentences, starts=starts, outlet=page.outlet, language=page.language,
        authors=page.authors, published_at=page.published_at, first_seen_at=app.now,
    )  # fmt: skip
    desk = open_desk(app, [item.article for item in corpus.items], embedder=embedder, without=stored)
    judgement = desk.judge.judge(article, now=app.now)
    return JudgedArticle(article=article, verdict=judgement.verdict, judged_at=app.now)


def _find_stored(app: App, page: Page) -> str | None:
    """The id of the article at the page's address."""
    for url in (page.canonical_url, page.url):
        key = url_key(url) if url else None
        found = app.store.articles.find_id_by_address(key) if key else None
        if found is not None:
            return found
    return None


async def read_text(body: bytes) -> Page:
    """The article in a text as somebody collected it, or in HTML if the text opens like a web page."""
    text, _ = decode(body, http_charset=None, is_xml=False)
    if is_html(body.lstrip()):
        async with open_reader() as reader:
            return await reader.read_html(text, None, None)
    clipping = read_clipping(text)
    joiner = "" if clipping.language == "zh" else " "
    return Page(
        url=None, title=clipping.title, paragraphs=tuple(joiner.join(paragraph) for paragraph in clipping.paragraphs),
        published_at=clipping.published_at, language=clipping.language,
    )  # fmt: skip


async def extract_pages(
    sources: Sequence[str], *, url: str | None, wanted: FetchSettings, now: datetime
) -> list[tuple[str, Page | MonitorError]]:
    """What extraction makes of files and addresses, in the given order; what failed comes as its error."""
    async with open_client(wanted, now) as (_, pages), open_reader() as reader:

        async def one(source: str) -> tuple[str, Page | MonitorError]:
            try:
                if is_web_url(source):
                    page, _ = await read_article(source, None, pages=pages, reader=reader)
                    return source, page
                return source, await reader.read_page(_load_file(source, url), None)
            except (FetchError, ExtractError, UsageError) as error:
                return source, error

        return list(await asyncio.gather(*(one(source) for source in sources)))


def _load_file(source: str, url: str | None) -> Response:
    try:
        return Response(url=url or Path(source).resolve().as_uri(), status=200, body=Path(source).read_bytes())
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}") from error
