"""The kind ``search``: a standing query at a news search engine that answers with a feed or with GDELT's JSON."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import ParsedFeed, Response
from monitor.sources import feed

ACCEPT = feed.ACCEPT

_NO_HITS = (b"{}", b"[]")


def parse_search(response: Response) -> ParsedFeed:
    """The hits in *response*; no hits are no error (GDELT answers ``{}``). ParseError as for ``feed``."""
    if response.body.strip() in _NO_HITS:
        return ParsedFeed(kind="search", title=None, entries=())
    return replace(feed.parse_feed(response), kind="search")
