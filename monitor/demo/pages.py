"""Article and front pages as the outlets lay them out, with navigation, advertisements and boxes around the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from html import escape
from string import Template

from monitor.demo.articles import DATA
from monitor.demo.feeds import Channel, Item


def article_page(channel: Channel, item: Item, related: Sequence[Item], *, layout: str) -> str:
    """The page of *item*. Advertisements stand between ``$first`` and ``$rest``, the two halves of the text."""
    article = item.live.current
    paragraphs = [f"<p>{escape(text)}</p>" for text in article.texts]
    middle = (len(paragraphs) + 1) // 2
    return _layout(layout).substitute(
        title=escape(item.title),
        outlet=escape(channel.title),
        url=escape(item.url),
        home=escape(channel.home_url),
        byline=escape(article.byline),
        section=escape(item.live.first.section),
        description=escape(item.summary[:150]),
        published=item.published_at.isoformat(),
        updated=item.updated_at.isoformat(),
        shown=_shown(item.published_at, channel.language),
        json_ld=_json_ld(channel, item),
        first="\n".join(paragraphs[:middle]),
        rest="\n".join(paragraphs[middle:]),
        related="\n".join(_link(other) for other in related),
    )


def front_page(channel: Channel, *, feed_type: str) -> str:
    """The outlet's home page: teasers of everything visible, with the feed announced in the head."""
    teasers = "\n".join(
        f'<article><h2><a href="{escape(item.url)}">{escape(item.title)}</a></h2><p>{escape(item.summary[:120])}</p>'
        "</article>"
        for item in channel.items
    )
    return _layout("front.html").substitute(
        outlet=escape(channel.title),
        language=channel.language,
        feed_type=feed_type,
        feed_url=escape(channel.feed_url),
        teasers=teasers,
    )


@cache
def _layout(name: str) -> Template:
    return Template((DATA / "pages" / name).read_text(encoding="utf-8"))


def _link(item: Item) -> str:
    return f'<li><a href="{escape(item.url)}">{escape(item.title)}</a></li>'


def _shown(moment: datetime, language: str) -> str:
    if language == "zh":
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _json_ld(channel: Channel, item: Item) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.title,
        "datePublished": item.published_at.isoformat(),
        "dateModified": item.updated_at.isoformat(),
        "author": {"@type": "Organization", "name": item.live.current.byline},
        "publisher": {"@type": "Organization", "name": channel.title},
        "mainEntityOfPage": item.url,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
