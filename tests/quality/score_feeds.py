"""Scores of feed parsing on public test data, as JSON.

Usage: ``python tests/quality/score_feeds.py DATA`` where DATA holds ``real/`` (feed documents as served), ``gofeed/``
(mmcdole/gofeed test data: documents with their expected values) and ``feedparser/`` (kurtmckee/feedparser test data:
documents with a Python expression in a comment). Fields are compared as plain text, since that is what we keep.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from monitor import sources
from monitor.errors import ParseError
from monitor.model import ParsedFeed, Response
from monitor.sources.dates import parse_date
from monitor.sources.fields import names_of
from monitor.text.normalise import plain_text

URL = "http://127.0.0.1:8097/feed"
_EXPECT = re.compile(r"Expect:\s*(.*)")
_HEADER = re.compile(r"Header:\s*([\w-]+):\s*(.*)")
_MEMBER = {
    "title": "title",
    "link": "url",
    "id": "guid",
    "guid": "guid",
    "summary": "summary",
    "description": "summary",
    "published_parsed": "published_at",
    "updated_parsed": "updated_at",
}

_FIRST_LINK = "gofeed takes the last of several links, we the first: what follows it is an enclosure or a comment page"
_BY_CHARACTER = "an id is compared character by character and never resolved (RFC 4287, 4.2.6.1)"
_CONTENT_LOCATION = "Content-Location is no base for links (RFC 7231, appendix B)"
_CDF = "Channel Definition Format, of Internet Explorer 4; nobody serves it"
OTHERWISE = {
    "extensions/dublincore/dublincore_item_multiple_values.xml": "gofeed keeps the first of two authors, we both",
    "parser/atom/entry_id_xml_base.xml": _BY_CHARACTER,
    "parser/rss/rdf_item_links.xml": _FIRST_LINK,
    "parser/rss/rss_channel_item_links.xml": _FIRST_LINK,
    "translator/rss/feed_item_links_-_rss_channel_item_links.xml": _FIRST_LINK,
    "parser/rss/rss_channel_item_guid_naked_markup.xml": "tags in an id tell nothing apart: the text is kept",
    "translator/atom/feed_item_updated_-_atom03_feed_entry_modified.xml": "gofeed gives a time of change as published",
    "atom/entry_updated_multiple_values.xml": "a second updated is forbidden (RFC 4287, 4.1.2): the first counts",
    "base/http_channel_link_base_content_location.xml": _CONTENT_LOCATION,
    "base/http_entry_id_base_content_location.xml": _BY_CHARACTER,
    "base/http_entry_id_base_docuri.xml": _BY_CHARACTER,
    "base/http_item_link_base_content_location.xml": _CONTENT_LOCATION,
    "http/headers_content_location-relative.xml": _CONTENT_LOCATION,
    "cdf/channel_href_map_link.xml": _CDF,
    "cdf/item_href_map_link.xml": _CDF,
    "cdf/item_lastmod_parsed.xml": _CDF,
    "rss/item_dc_date_parsed.xml": "dc:date is when a thing was published; feedparser calls it updated",
    "sanitize/xml_malicious_comment.xml": "the comment is never closed (HTML, 13.2.5.46): what follows is no text",
    "bozo_linenoise.xml": "feedparser makes windows-1252 of two sound sequences for the sake of a broken one",
}
"""Cases whose expectation is not what a reader of news wants, with the reason; they count for neither side."""


@dataclass
class Score:
    """Cases that agree, of how many; the names of those that do not, and of those that are meant to be otherwise."""

    n_right: int = 0
    n: int = 0
    wrong: list[str] = field(default_factory=list)
    otherwise: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, is_right: bool) -> None:
        """Count one case."""
        if not is_right and name in OTHERWISE:
            self.otherwise[name] = OTHERWISE[name]
            return
        self.n += 1
        self.n_right += is_right
        if not is_right:
            self.wrong.append(name)


def main(data: Path) -> None:
    """Print the scores for the documents under *data*."""
    report = {
        "real": score_real(data / "real"),
        "gofeed": vars(score_gofeed(data / "gofeed")),
        "feedparser_entities": vars(score_expectations(data / "feedparser" / "entities")),
        "feedparser_plain": vars(score_expectations(data / "feedparser" / "wellformed")),
        "feedparser_encoding": vars(score_expectations(data / "feedparser" / "encoding")),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))


def parse(body: bytes, content_type: str | None = None) -> ParsedFeed | None:
    """The feed in *body*, None if it is none."""
    headers = (("content-type", content_type),) if content_type else ()
    try:
        return sources.parse("auto", Response(url=URL, status=200, headers=headers, body=body))
    except ParseError:
        return None


def score_real(folder: Path) -> dict[str, object]:
    """Entries found against feedparser's count, feed by feed; a feed has all if it has at least as many."""
    whole = Score()
    n_ours = n_theirs = 0
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        feed = parse(body)
        ours = len(feed.entries) if feed else 0
        theirs = len(feedparser.parse(io.BytesIO(body)).entries)
        whole.add(f"{path.name}: {ours} of {theirs}", ours >= theirs)
        n_ours, n_theirs = n_ours + ours, n_theirs + theirs
    return {"entries": n_ours, "entries_feedparser": n_theirs, "feeds": vars(whole)}


def score_gofeed(folder: Path) -> Score:
    """Documents whose every core field (title, link, id, dates, summary, content, authors) agrees."""
    score = Score()
    for expected in sorted(folder.rglob("*.json")):
        document = next((p for p in (expected.with_suffix(".xml"),) if p.exists()), None)
        if document is None:
            continue
        wanted = _gofeed_core(json.loads(expected.read_text("utf-8")))
        if not wanted:
            continue
        feed = parse(document.read_bytes())
        score.add(document.relative_to(folder).as_posix(), feed is not None and _agrees(wanted, feed))
    return score


def _gofeed_core(value: dict[str, Any]) -> dict[str, object]:
    """Core fields of gofeed's universal, RSS and Atom values under our names; of the entries the first one's."""
    wanted: dict[str, object] = {}
    if title := _gofeed_text(value.get("title")):
        wanted["feed.title"] = title
    items = value.get("items") or value.get("entries") or []
    if not items:
        return wanted
    item = items[0]
    links = item.get("links")
    link = item.get("link") or (links[0] if links and isinstance(links[0], str) else _gofeed_alternate(links))
    if link:
        wanted["url"] = link
    guid = item.get("guid")
    identifier = guid.get("value") if isinstance(guid, dict) else guid or item.get("id")
    if identifier:
        wanted["guid"] = identifier
    for name, ours in (("title", "title"), ("description", "summary"), ("summary", "summary")):
        if text := _gofeed_text(item.get(name)):
            wanted[ours] = text
    for name, ours in (("published", "published_at"), ("pubDate", "published_at"), ("updated", "updated_at")):
        if moment := parse_date(item.get(name)):
            wanted[ours] = moment
    content = item.get("content")
    if text := _gofeed_text(content.get("value") if isinstance(content, dict) else content):
        wanted["html"] = text
    people = item.get("authors") or [item.get("author")]
    names = names_of(p.get("name") if isinstance(p, dict) else p for p in people if p)
    if names:
        wanted["authors"] = names
    return wanted


def _gofeed_alternate(links: list[dict[str, str]] | None) -> str | None:
    found = [link["href"] for link in links or () if link.get("rel", "alternate") == "alternate" and "href" in link]
    return found[0] if found else None


def _gofeed_text(value: object) -> str | None:
    text = value.get("value") if isinstance(value, dict) else value
    return plain_text(text) or None if isinstance(text, str) else None


def _agrees(wanted: dict[str, object], feed: ParsedFeed) -> bool:
    for name, value in wanted.items():
        if name == "feed.title":
            found: object = feed.title
        elif not feed.entries:
            return False
        else:
            found = getattr(feed.entries[0], name)
        if name == "html":
            found = plain_text(str(found or ""))
        if name == "url":
            is_same = str(found or "").rstrip("/").endswith(str(value).strip().rstrip("/"))
        elif name == "updated_at" and found is None:
            is_same = feed.entries[0].published_at == value
        else:
            is_same = found == value
        if not is_same:
            return False
    return True


def score_expectations(folder: Path) -> Score:
    """Documents whose expectation is one comparison of a core field (or of a feed's title or link) with a constant."""
    score = Score()
    for path in sorted(folder.rglob("*.xml")):
        body = path.read_bytes()
        head = body[:4000].replace(b"\0", b"").decode("latin-1")
        match = _EXPECT.search(head)
        wanted = _comparison(match[1]) if match else None
        if wanted is None:
            continue
        header = _HEADER.search(head)
        content_type = header[2].strip() if header and header[1].lower() == "content-type" else None
        feed = parse(body, content_type)
        score.add(path.relative_to(folder).as_posix(), feed is not None and _meets(wanted, feed))
    return score


def _comparison(expression: str) -> tuple[bool, str, object] | None:
    """(is it the feed's?, field, value) of ``[not bozo and] entries[0]['field'] == value``; None for anything else."""
    expression = expression.strip().removeprefix("not bozo and ").removeprefix("bozo and ")
    try:
        tree = ast.parse(expression.encode("latin-1", "replace").decode("utf-8", "replace"), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or not isinstance(tree.ops[0], ast.Eq):
        return None
    left = ast.unparse(tree.left).replace('"', "'")
    found = re.fullmatch(r"(feed|entries\[0\])(?:\.(\w+)|\['(\w+)'\])", left)
    name = (found[2] or found[3]) if found else None
    if found is None or name not in _MEMBER:
        return None
    is_feed = found[1] == "feed"
    if is_feed and name not in ("title", "link"):
        return None
    try:
        return is_feed, name, ast.literal_eval(tree.comparators[0])
    except ValueError:
        return None


def _meets(wanted: tuple[bool, str, object], feed: ParsedFeed) -> bool:
    is_feed, name, value = wanted
    if is_feed:
        found: object = feed.title if name == "title" else feed.site_url
    elif not feed.entries:
        return False
    else:
        found = getattr(feed.entries[0], _MEMBER[name])
    if isinstance(value, tuple):
        year, month, day, hour, minute, second = value[:6]
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return isinstance(found, datetime) and found.replace(microsecond=0) == moment
    if name == "link":
        return str(found or "").rstrip("/").endswith(str(value).strip().rstrip("/"))
    return (found or "") == (str(value).strip() if name in ("id", "guid") else plain_text(str(value)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
