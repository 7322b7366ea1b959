"""Decides from which text an entry is judged, and makes the article out of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Article, Entry, Feed, Page, PendingEntry
from monitor.text.language import detect
from monitor.text.normalise import fold, plain_text
from monitor.text.sentences import split_sentences
from monitor.text.tokens import cjk_share
from monitor.text.urls import host_of, is_web_url, url_key

_COMPLETE_LETTERS = 500
_COMPLETE_HAN = 160
_MIN_PARAGRAPHS = 2
_PARAGRAPH = re.compile(r"<(?:p|br|li|div)[\s/>]", re.IGNORECASE)
_CUT_OFF = re.compile(
    r"(?:\[?…\]?|\.\.\.|\[&#8230;\]|&hellip;)\s*(?:</\w+>\s*)*$"
    r"|(?:read (?:more|on|the full)|continue reading|the post .{0,200} appeared first|阅读全文|查看全文|weiterlesen)"
    r"[^<]{0,80}(?:</\w+>\s*)*$",
    re.IGNORECASE,
)
_FUTURE = timedelta(hours=24)


def carries_full_text(entry: Entry) -> bool:
    """True if the feed itself holds the whole article, so that its page need not be fetched.

    It must be long enough, have several paragraphs, say more than the summary and not end in "read more".
    """
    if not entry.html or _CUT_OFF.search(entry.html.rstrip()[-400:]):
        return False
    text = plain_text(entry.html)
    enough = _COMPLETE_HAN if cjk_share(text) > 0.3 else _COMPLETE_LETTERS
    if len(text) < enough or len(_PARAGRAPH.findall(entry.html)) < _MIN_PARAGRAPHS:
        return False
    return not entry.summary or len(text) > 1.5 * len(entry.summary) or fold(entry.summary)[:80] not in fold(text)


def page_of_summary(entry: Entry) -> Page:
    """What the feed says of an article, as a page: for back-fill, for pages that cannot be read, and by wish."""
    text = entry.summary or (plain_text(entry.html) if entry.html else "")
    paragraphs = tuple(part.strip() for part in text.split("\n") if part.strip())
    if not paragraphs and entry.title:
        paragraphs = (entry.title,)
    return Page(
        url=entry.url, title=entry.title, paragraphs=paragraphs, authors=entry.authors,
        published_at=entry.published_at, modified_at=entry.updated_at, language=entry.language,
    )  # fmt: skip


def needs_page(feed: Feed | None, pending: PendingEntry) -> bool:
    """Whether the article page has to be fetched for this entry."""
    if pending.is_backfill or not is_web_url(pending.entry.url or ""):
        return False
    if feed is not None and not feed.full_text:
        return False
    return not carries_full_text(pending.entry)


def article_id(url: str | None, fallback: str) -> str:
    """The stable id of the article at an address; *fallback* stands in where there is none."""
    return "a" + blake2b(((url and url_key(url)) or fallback).encode(), digest_size=7).hexdigest()


def article_from(page: Page, pending: PendingEntry, feed: Feed | None, *, now: datetime) -> Article:
    """The article of an entry, with what the page or else the feed knows of it."""
    entry = pending.entry
    url = entry.url or page.url
    text = " ".join(page.paragraphs)
    language = page.language or detect(text, declared=entry.language)
    sentences, starts = cut(page, language)
    title = page.title or entry.title
    published = next(
        (
            moment
            for moment in (entry.published_at, page.published_at, entry.updated_at)
            if moment and moment <= now + _FUTURE
        ),
        None,
    )
    outlet = (feed and feed.title) or pending.feed_title or page.outlet or (host_of(url) if url else None)
    if feed is not None and feed.kind == "search":
        outlet = page.outlet or (host_of(url) if url else None) or outlet
    return Article(
        id=pending.article_id or article_id(page.canonical_url or url, f"{pending.feed_url} {pending.key}"),
        url=url,
        canonical_url=page.canonical_url or url,
        title=title,
        standfirst=page.standfirst,
        sentences=sentences,
        starts=starts,
        outlet=outlet,
        language=language,
        authors=page.authors or entry.authors,
        published_at=published,
        first_seen_at=pending.first_seen_at,
        feed_url=pending.feed_url,
    )


def cut(page: Page, language: str | None) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The sentences of a page in order, and which of them open a paragraph; the standfirst comes first."""
    paragraphs = list(page.paragraphs)
    if page.standfirst and fold(page.standfirst) not in fold(" ".join(paragraphs[:2])):
        paragraphs.insert(0, page.standfirst)
    sentences: list[str] = []
    starts: list[bool] = []
    for paragraph in paragraphs:
        for place, sentence in enumerate(split_sentences(paragraph, language)):
            sentences.append(sentence)
            starts.append(place == 0)
    return tuple(sentences), tuple(starts)


def with_summary(page: Page, entry: Entry) -> Page:
    """A page without the whole text, completed by what the feed says; of the two texts the longer one is taken."""
    summary = page_of_summary(entry)
    is_longer = len(page.text) >= sum(map(len, summary.paragraphs))
    return replace(
        page,
        title=page.title or summary.title,
        paragraphs=page.paragraphs if is_longer else summary.paragraphs,
        published_at=page.published_at or summary.published_at,
    )
