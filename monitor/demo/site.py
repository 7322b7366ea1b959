"""What one outlet answers to a path at a moment; pure, the server adds HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.demo.articles import DemoArticle, iter_live
from monitor.demo.feeds import Channel, Item
from monitor.demo.outlets import Outlet
from monitor.demo.pages import article_page, front_page

_N_RELATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A body to send. ``modified_at`` is None for what has no date of its own."""

    body: str
    content_type: str
    modified_at: datetime | None = None


class Site:
    """One outlet at the root address *home_url* (ends in ``/``), with its own articles, oldest first."""

    def __init__(self, outlet: Outlet, articles: Sequence[DemoArticle], home_url: str) -> None:
        self.outlet = outlet
        self.home_url = home_url
        self.feed_url = home_url.rstrip("/") + outlet.feed_path
        self._articles = tuple(articles)

    def url_of(self, article: DemoArticle) -> str:
        """The address that *article* opened."""
        return self.home_url.rstrip("/") + self.outlet.path_of(article)

    def find_document(self, path: str, until: datetime) -> Document | None:
        """What stands at *path* (without a query) at the moment *until*, None for nothing."""
        channel = self._channel(until)
        newest_at = channel.updated_at if channel.items else None
        if path == self.outlet.feed_path:
            kind = f"{self.outlet.feed_type}; charset=utf-8"
            return Document(body=self.outlet.make_feed(channel), content_type=kind, modified_at=newest_at)
        if path == "/":
            body = front_page(channel, feed_type=self.outlet.feed_type)
            return Document(body=body, content_type="text/html; charset=utf-8", modified_at=newest_at)
        if path == "/robots.txt":
            return Document(body=self._robots(), content_type="text/plain; charset=utf-8")
        return self._find_page(channel, path)

    def _find_page(self, channel: Channel, path: str) -> Document | None:
        for position, item in enumerate(channel.items):
            if self.outlet.path_of(item.live.first) == path:
                # Older articles only: a page must not change when a newer one comes out.
                related = channel.items[position + 1 : position + 1 + _N_RELATED]
                body = article_page(channel, item, related, layout=self.outlet.page)
                return Document(body=body, content_type="text/html; charset=utf-8", modified_at=item.updated_at)
        return None

    def _channel(self, until: datetime) -> Channel:
        live = sorted(iter_live(self._articles, until), key=lambda one: one.first.published_at, reverse=True)
        items = tuple(Item(live=one, url=self.url_of(one.first)) for one in live)
        return Channel(
            title=self.outlet.title,
            language=self.outlet.language,
            home_url=self.home_url,
            feed_url=self.feed_url,
            items=items,
            updated_at=max((item.updated_at for item in items), default=until),
        )

    def _robots(self) -> str:
        sitemap = f"Sitemap: {self.feed_url}\n" if "sitemap" in self.outlet.feed_path else ""
        return f"User-agent: *\nDisallow: /members/\n{sitemap}"
