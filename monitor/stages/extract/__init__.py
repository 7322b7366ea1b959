"""A web page as an article: bytes in, ``Page`` out. Pure; to be run in a worker process (see ``monitor.extract``).

One parse, one tree. Data about the article (``source``, ``title``, ``authors``, ``dates``, ``place``) is read first,
then the standfirst is cut out, the tree pruned and handed to trafilatura, and its paragraphs are sifted.
"""

from __future__ import annotations

from dataclasses import replace

from lxml.html import HtmlElement

from monitor.model import Entry, Page
from monitor.stages.extract import authors, body, dates, next_page, place, problem, prune, standfirst, title
from monitor.stages.extract.source import Source, one_line, parse, text_of
from monitor.text.charset import decode, is_readable
from monitor.text.language import cjk_share, detect

MAX_BYTES = 3_000_000
_SAMPLE = 4000  # characters that tell the language; the whole of a long page costs more and tells the same
_MUCH_MORE = 1.6  # times the visible text: from there on the text given in JSON-LD is believed instead


def extract_page(content: bytes, *, url: str | None, charset: str | None, entry: Entry | None) -> Page:
    """The article in *content*, an HTML page or fragment; ``problem`` says why there is none.

    *charset* is the label of the Content-Type header, *entry* what the feed said of the article (its title settles
    doubts, its author, date and language fill gaps). Reads the first 3 MB. Time is quadratic in the worst case:
    call it where it can be stopped.
    """
    text, _ = decode(content[:MAX_BYTES], http_charset=charset, is_xml=False)
    is_web = url is not None and url.startswith(("http:", "https:"))
    source = parse(text, url if is_web else None) if is_readable(text) else None
    if source is None:
        return _filled(Page(url=url, problem="empty"), entry)
    return _filled(replace(_read(source, entry), url=url), entry)


def _read(source: Source, entry: Entry | None) -> Page:
    outlet = place.find_outlet(source)
    headline = title.choose(source, outlet=outlet, feed_title=entry.title if entry else None)
    shown = _headline_element(source, headline)
    published_at = dates.find_published(source, shown)
    data = Page(
        url=source.url,
        canonical_url=place.canonical_url(source),
        title=headline,
        authors=authors.find(source),
        published_at=published_at,
        modified_at=dates.find_modified(source, published_at),
        outlet=outlet,
        image=place.find_image(source),
        next_url=next_page.find_next(source),
    )
    titles = {*title.variants(source), headline or "", (entry.title or "") if entry else ""}
    declared = source.tree.get("lang") or source.meta("og:locale", "content-language", "dc.language")
    whole_text = one_line(" ".join(source.tree.itertext()))
    lead = standfirst.take(source, shown)
    prune.prune(source.tree)
    blocks = body.extract(source.tree, source.url)
    stated = () if problem.is_closed(source) else body.stated(source.article)
    if body.size_of(stated) > _MUCH_MORE * body.size_of(blocks):
        blocks = stated
    paragraphs = body.sift(blocks, titles=titles, standfirst=lead)
    running = " ".join(paragraphs) or headline or ""
    trouble = problem.find(
        source, title=headline, paragraphs=paragraphs, whole_text=whole_text, is_cjk=cjk_share(running[:_SAMPLE]) > 0.3
    )
    if trouble in problem.NO_ARTICLE:
        return Page(url=source.url, outlet=outlet, problem=trouble)
    return replace(
        data,
        standfirst=lead,
        paragraphs=paragraphs,
        language=detect(running[:_SAMPLE], declared=declared or (entry.language if entry else None)),
        problem=trouble,
    )


def _filled(page: Page, entry: Entry | None) -> Page:
    """*page* with what only the feed knew."""
    if entry is None:
        return page
    return replace(
        page,
        title=page.title or entry.title,
        authors=page.authors or entry.authors,
        published_at=page.published_at or entry.published_at,
        language=page.language or entry.language,
    )


def _headline_element(source: Source, headline: str | None) -> HtmlElement | None:
    wanted = title.same(headline) if headline else ""
    h1s = list(source.tree.iter("h1"))
    alike = (h1 for h1 in h1s if wanted and wanted in title.same(text_of(h1)))
    return next(alike, h1s[0] if h1s else None)
