"""One outlet's news as a feed document, in six formats."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit

from monitor.demo.articles import LiveArticle

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LOCAL = timezone(timedelta(hours=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article as a feed lists it."""

    live: LiveArticle
    url: str

    @property
    def title(self) -> str:
        """The current headline."""
        return self.live.current.title

    @property
    def summary(self) -> str:
        """The first paragraph."""
        return self.live.current.texts[0]

    @property
    def html(self) -> str:
        """The whole text as HTML paragraphs."""
        return "\n".join(f"<p>{escape(text)}</p>" for text in self.live.current.texts)

    @property
    def published_at(self) -> datetime:
        """When the address first appeared."""
        return self.live.first.published_at

    @property
    def updated_at(self) -> datetime:
        """When its text last changed."""
        return self.live.current.published_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed document is made of; ``items`` are newest first."""

    title: str
    language: str
    home_url: str
    feed_url: str
    items: tuple[Item, ...]
    updated_at: datetime

    @property
    def site_name(self) -> str:
        """Host and port of the outlet, for ids."""
        return urlsplit(self.home_url).netloc


def rss_summary(channel: Channel) -> str:
    """RSS 2.0 with summaries; links carry tracking parameters and the guid is no address."""
    items = "\n".join(
        f"<item><title>{escape(item.title)}</title>"
        f"<link>{escape(item.url)}?utm_source=rss&amp;utm_medium=feed</link>"
        f'<guid isPermaLink="false">wire-{item.live.first.id}</guid>'
        f"<pubDate>{format_datetime(item.published_at)}</pubDate>"
        f"<category>{escape(item.live.first.section)}</category>"
        f"<description>{escape(item.summary)}</description></item>"
        for item in channel.items
    )
    return (
        f'{_XML}<rss version="2.0"><channel><title>{escape(channel.title)}</title><link>{channel.home_url}</link>'
        f"<description>All stories</description><language>{channel.language}</language><ttl>30</ttl>\n"
        f"{items}\n</channel></rss>\n"
    )


def rss_full_text(channel: Channel) -> str:
    """RSS 2.0 with the whole text in ``content:encoded`` and the author in ``dc:creator``."""
    items = "\n".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f'<guid isPermaLink="true">{escape(item.url)}</guid>'
        f"<dc:creator>{escape(item.live.current.byline)}</dc:creator>"
        f"<pubDate>{format_datetime(item.published_at)}</pubDate>"
        f"<description>{escape(item.summary)}</description>"
        f"<content:encoded><![CDATA[{item.html}]]></content:encoded></item>"
        for item in channel.items
    )
    return (
        f'{_XML}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>{escape(channel.title)}</title><link>{channel.home_url}</link>"
        f'<atom:link href="{channel.feed_url}" rel="self" type="application/rss+xml"/>'
        f"<description>News from both sides of the water</description><language>{channel.language}</language>\n"
        f"{items}\n</channel></rss>\n"
    )


def atom(channel: Channel) -> str:
    """Atom with escaped HTML titles and summaries, and separate times for publication and update."""
    entries = "\n".join(
        f"<entry><id>tag:{channel.site_name.partition(':')[0]},2026:{item.live.first.id}</id>"
        f'<title type="html">{escape(escape(item.title))}</title><link rel="alternate" href="{escape(item.url)}"/>'
        f"<author><name>{escape(item.live.current.byline)}</name></author>"
        f"<published>{item.published_at.isoformat()}</published><updated>{item.updated_at.isoformat()}</updated>"
        f'<summary type="html">{escape(f"<p>{escape(item.summary)}</p>")}</summary></entry>'
        for item in channel.items
    )
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{channel.language}">'
        f"<title>{escape(channel.title)}</title><id>{channel.home_url}</id>"
        f'<link rel="self" href="{channel.feed_url}"/><link rel="alternate" href="{channel.home_url}"/>'
        f"<updated>{channel.updated_at.isoformat()}</updated>\n{entries}\n</feed>\n"
    )


def json_feed(channel: Channel) -> str:
    """JSON Feed 1.1 with summaries; times are in local time with an offset."""
    items = [
        {
            "id": item.live.first.id,
            "url": item.url,
            "title": item.title,
            "summary": item.summary,
            "date_published": item.published_at.astimezone(_LOCAL).isoformat(),
            "date_modified": item.updated_at.astimezone(_LOCAL).isoformat(),
            "authors": [{"name": item.live.current.byline}],
            "tags": [item.live.first.section],
        }
        for item in channel.items
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home_url,
        "feed_url": channel.feed_url,
        "language": channel.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def rss_1_0(channel: Channel) -> str:
    """RSS 1.0 (RDF) with Dublin Core dates."""
    order = "".join(f'<rdf:li rdf:resource="{escape(item.url)}"/>' for item in channel.items)
    items = "\n".join(
        f'<item rdf:about="{escape(item.url)}"><title>{escape(item.title)}</title><link>{escape(item.url)}</link>'
        f"<description>{escape(item.summary)}</description>"
        f"<dc:creator>{escape(item.live.current.byline)}</dc:creator>"
        f"<dc:date>{item.published_at.isoformat()}</dc:date></item>"
        for item in channel.items
    )
    return (
        f'{_XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{channel.feed_url}"><title>{escape(channel.title)}</title>'
        f"<link>{channel.home_url}</link><description>The island's own paper</description>"
        f"<dc:language>{channel.language}</dc:language><items><rdf:Seq>{order}</rdf:Seq></items></channel>\n"
        f"{items}\n</rdf:RDF>\n"
    )


def news_sitemap(channel: Channel) -> str:
    """A news sitemap: addresses, headlines and dates, no summaries."""
    urls = "\n".join(
        f"<url><loc>{escape(item.url)}</loc><lastmod>{item.updated_at.isoformat()}</lastmod><news:news>"
        f"<news:publication><news:name>{escape(channel.title)}</news:name>"
        f"<news:language>{channel.language}</news:language></news:publication>"
        f"<news:publication_date>{item.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>"
        for item in channel.items
    )
    return (
        f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
        f"{urls}\n</urlset>\n"
    )
