"""The kind ``auto``: what a document is, told by its content.

Servers label feeds ``text/html`` and sitemaps ``application/xml``, so the Content-Type decides nothing. A web page is
never taken for a list of articles unasked: an error page with status 200 would bring in its links as news.
"""

from __future__ import annotations

import re
from typing import NoReturn

from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources.federal_register import is_federal_register, parse_federal_register
from monitor.sources.feed import parse_feed_document
from monitor.sources.jsonfeed import parse_json, read_json
from monitor.sources.offers import discover_feeds
from monitor.sources.sitemap import parse_sitemap_document
from monitor.sources.xml import read_xml

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)

_HTML = re.compile(
    rb"\s{0,1000}(?:<!--[^>]{0,2000}-->\s{0,100}){0,5}<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE
)
_FEED_ROOT = re.compile(rb"<(?:\w{1,20}:)?(?:rss|rdf|feed|channel|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_HEAD_BYTES = 8_192
_BLANKS = b" \t\r\n\f\v\xef\xbb\xbf\x00"


def parse_auto(response: Response) -> ParsedFeed:
    """The feed, sitemap or Federal Register list in *response*. ParseError says what else it is."""
    start = response.body.lstrip(_BLANKS)[:1]
    if not start:
        raise ParseError(response.url, "empty", "the document is empty")
    if start in (b"{", b"["):
        return parse_federal_register(response) if is_federal_register(read_json(response)) else parse_json(response)
    if is_html(response.body):
        _refuse_page(response)
    document = read_xml(response)
    name = str(document.root.tag).rpartition("}")[2].lower()
    if name in ("urlset", "sitemapindex"):
        return parse_sitemap_document(document, response.url)
    if name == "html":
        _refuse_page(response)
    return parse_feed_document(document, response.url)


def is_html(body: bytes) -> bool:
    """True if *body* opens like a web page and no feed follows soon (some feeds carry an HTML doctype)."""
    head = body[:_HEAD_BYTES]
    return _HTML.match(head) is not None and _FEED_ROOT.search(head) is None


def _refuse_page(response: Response) -> NoReturn:
    feeds = discover_feeds(response)
    hint = f"its feeds: {', '.join(feeds[:5])}" if feeds else "if it lists articles, set `kind: page`"
    raise ParseError(response.url, "not_a_feed", f"the document is a web page; {hint}")
