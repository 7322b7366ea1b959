"""The six outlets: who they are, where they listen, and which feed format and page layout each one has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.demo import feeds
from monitor.demo.articles import DemoArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One publisher. ``host`` is its own loopback address, so that limits for one host do not slow the others.

    ``address`` is the pattern of its article paths. ``page`` names the layout in ``data/pages``.
    """

    key: str
    title: str
    language: str
    host: str
    feed_path: str
    feed_type: str
    make_feed: Callable[[feeds.Channel], str]
    address: str
    page: str

    def path_of(self, article: DemoArticle) -> str:
        """The path of the page that *article* opened, stable under later versions."""
        section = _slug(article.section) or "news"
        return self.address.format(section=section, id=article.id.lower(), slug=_slug(article.title) or "story")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-")


OUTLETS: tuple[Outlet, ...] = (
    Outlet(
        key="wire",
        title="Meravian Wire",
        language="en",
        host="127.0.41.1",
        feed_path="/rss.xml",
        feed_type="application/rss+xml",
        make_feed=feeds.rss_summary,
        address="/{section}/{id}/{slug}.html",
        page="wire.html",
    ),
    Outlet(
        key="courier",
        title="Port Ansel Courier",
        language="en",
        host="127.0.41.2",
        feed_path="/feed/",
        feed_type="application/rss+xml",
        make_feed=feeds.rss_full_text,
        address="/2026/06/{slug}-{id}/",
        page="courier.html",
    ),
    Outlet(
        key="current",
        title="Grid & Current",
        language="en",
        host="127.0.41.3",
        feed_path="/atom.xml",
        feed_type="application/atom+xml",
        make_feed=feeds.atom,
        address="/articles/{id}-{slug}",
        page="current.html",
    ),
    Outlet(
        key="ledger",
        title="Dunmarrow Ledger",
        language="en",
        host="127.0.41.4",
        feed_path="/feed.json",
        feed_type="application/feed+json",
        make_feed=feeds.json_feed,
        address="/{section}/{slug}/{id}",
        page="ledger.html",
    ),
    Outlet(
        key="island",
        title="Vessen Island Post",
        language="en",
        host="127.0.41.5",
        feed_path="/index.rdf",
        feed_type="application/rdf+xml",
        make_feed=feeds.rss_1_0,
        address="/story.php/{id}",
        page="island.html",
    ),
    Outlet(
        key="strait",
        title="海峡能源报",
        language="zh",
        host="127.0.41.6",
        feed_path="/news-sitemap.xml",
        feed_type="application/xml",
        make_feed=feeds.news_sitemap,
        address="/content/{id}.html",
        page="strait.html",
    ),
)
