"""The demo world as a whole: servers, clock, log, and a configuration that subscribes to all of it."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from monitor.demo.articles import DATA, DemoArticle, load_articles, load_corpus
from monitor.demo.outlets import OUTLETS, Outlet
from monitor.demo.server import LoggedRequest, OutletServer, RequestLog
from monitor.demo.site import Site

_POLL_S = 0.02  # how long stop() may have to wait for each server


class DemoFeed(NamedTuple):
    """One feed to subscribe to."""

    url: str
    title: str


class DemoWorld:
    """Six outlets on loopback, each on an address and a free port of its own.

    Only what is published up to the clock is visible; the clock starts at the end of the last day, so that
    everything is. ``with DemoWorld() as world: ...`` starts and stops the servers.
    """

    def __init__(self, until: datetime | None = None) -> None:
        self._articles = load_articles()
        self._clock = until or self.days[-1]
        self._log = RequestLog()
        self._servers: list[OutletServer] = []

    @property
    def articles(self) -> tuple[DemoArticle, ...]:
        """All articles with their labels, oldest first, visible or not."""
        return self._articles

    @property
    def days(self) -> tuple[datetime, ...]:
        """The evening (20:00 UTC) of every day of the world: moments to set the clock to in turn."""
        moments = (article.published_at.replace(hour=20, minute=0, second=0) for article in self._articles)
        return tuple(sorted(set(moments)))

    @property
    def clock(self) -> datetime:
        """The moment up to which articles are visible."""
        return self._clock

    def set_clock(self, moment: datetime) -> None:
        """Make everything visible that is published up to *moment*, an aware time; it may lie in the past."""
        if moment.tzinfo is None:
            raise ValueError(f"the clock needs an aware time, got {moment.isoformat()}")
        self._clock = moment

    @property
    def feeds(self) -> tuple[DemoFeed, ...]:
        """Address and title of every outlet's feed; empty while the world is stopped."""
        return tuple(DemoFeed(server.site.feed_url, server.site.outlet.title) for server in self._servers)

    @property
    def log(self) -> tuple[LoggedRequest, ...]:
        """Every request answered since the start or the last ``clear_log``."""
        return self._log.rows()

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._log.clear()

    def url_of(self, article_id: str) -> str:
        """The address of an article; a later version has the address of the first. KeyError if there is none."""
        by_id = {article.id: article for article in self._articles}
        article = by_id[article_id]
        while article.updates:
            article = by_id[article.updates]
        sites = {server.site.outlet.key: server.site for server in self._servers}
        return sites[article.outlet].url_of(article)

    def start(self) -> Self:
        """Open the servers. Does nothing when they run."""
        if not self._servers:
            self._servers = [self._open(outlet) for outlet in OUTLETS]
            for server in self._servers:
                threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Close the servers. Does nothing when they are closed."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers = []

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def write_config(self, folder: Path) -> Path:
        """Write ``feeds.yaml`` and the corpus into *folder* (made if missing); returns the file's path.

        The digest goes to ``site/``, the database to ``monitor.db``, both in *folder*.
        """
        corpus = folder / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        for name, text in load_corpus().items():
            (corpus / name).write_text(text, encoding="utf-8")
        feeds = "\n".join(f"  - url: {feed.url}\n    title: {_quoted(feed.title)}" for feed in self.feeds)
        text = (DATA / "feeds.yaml").read_text(encoding="utf-8")
        path = folder / "feeds.yaml"
        path.write_text(f"{text.rstrip()}\nfeeds:\n{feeds}\n", encoding="utf-8")
        return path

    def _open(self, outlet: Outlet) -> OutletServer:
        try:
            server = OutletServer(outlet.host, self._log, lambda: self._clock)
        except OSError:
            # Only Linux answers on all of 127.0.0.0/8 without being told to.
            server = OutletServer("127.0.0.1", self._log, lambda: self._clock)
        own = [article for article in self._articles if article.outlet == outlet.key]
        server.site = Site(outlet, own, server.home_url)
        return server


def _quoted(text: str) -> str:
    # A JSON string is a YAML string too.
    return json.dumps(text, ensure_ascii=False)
