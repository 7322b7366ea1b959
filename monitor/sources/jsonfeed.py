"""JSON documents as feeds: JSON Feed 1.0 and 1.1, WordPress posts, GDELT article lists.

Sources: jsonfeed.org/version/1.1; WordPress REST API, "Posts"; GDELT DOC 2.0 API, mode ArtList.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed, Response
from monitor.sources.dates import parse_date
from monitor.sources.fields import (
    MAX_ENTRIES,
    language_of,
    names_of,
    paragraphs_as_html,
    split_content,
    text_or_none,
    title_of,
)
from monitor.sources.xml import charset_of
from monitor.text.charset import decode
from monitor.text.urls import is_web_url, resolve

_GDELT_LANGUAGES = {
    "english": "en", "chinese": "zh", "german": "de", "french": "fr", "spanish": "es", "italian": "it",
    "portuguese": "pt", "russian": "ru", "japanese": "ja", "korean": "ko", "arabic": "ar", "turkish": "tr",
    "dutch": "nl", "polish": "pl", "ukrainian": "uk", "vietnamese": "vi", "indonesian": "id", "hindi": "hi",
    "swedish": "sv", "norwegian": "no", "danish": "da", "finnish": "fi", "greek": "el", "czech": "cs",
    "hungarian": "hu", "romanian": "ro", "hebrew": "he", "persian": "fa", "thai": "th",
}  # fmt: skip

Json = dict[str, Any]


def read_json(response: Response) -> object:
    """The JSON value of a body. ParseError ``empty``, ``truncated`` or ``not_a_feed``."""
    text, _ = decode(response.body, http_charset=charset_of(response), is_xml=False)
    text = text.strip()
    if not text:
        raise ParseError(response.url, "empty", "the document is empty")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text) or not text.endswith(("}", "]"))
        kind = "truncated" if is_cut else "not_a_feed"
        raise ParseError(response.url, kind, f"the JSON is broken: {error}") from error
    except (RecursionError, ValueError) as error:
        raise ParseError(response.url, "not_a_feed", "the JSON is nested too deeply or holds a giant number") from error


def parse_json(response: Response) -> ParsedFeed:
    """The feed in a JSON body of one of the three shapes. ParseError if it is none of them."""
    value = read_json(response)
    for is_it, read in _SHAPES:
        if is_it(value):
            return read(value, response.url)
    raise ParseError(response.url, "not_a_feed", "the JSON is no JSON Feed, WordPress or GDELT list")


def entry_dicts(value: object) -> list[Json]:
    """The objects of a JSON list, at most as many as a feed may have entries; anything else is left out."""
    return [item for item in value[:MAX_ENTRIES] if isinstance(item, dict)] if isinstance(value, list) else []


def truncation_problem(value: object) -> tuple[str, ...]:
    """The line for ``problems`` when a list is longer than what is read."""
    if isinstance(value, list) and len(value) > MAX_ENTRIES:
        return (f"only the first {MAX_ENTRIES:,} of {len(value):,} entries are read",)
    return ()


def _is_jsonfeed(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    version = value.get("version")
    return isinstance(value.get("items"), list) and (
        (isinstance(version, str) and ("jsonfeed" in version or version in ("1", "1.0", "1.1"))) or "title" in value
    )


def _read_jsonfeed(value: Json, url: str) -> ParsedFeed:
    site_url = resolve(url, text_or_none(value.get("home_page_url")))
    base = site_url or url
    items = value["items"]
    return ParsedFeed(
        kind="feed",
        title=title_of(text_or_none(value.get("title"))),
        entries=tuple(_jsonfeed_entry(item, base, position) for position, item in enumerate(entry_dicts(items))),
        language=language_of(text_or_none(value.get("language"))),
        site_url=site_url,
        problems=truncation_problem(items),
    )


def _jsonfeed_entry(item: Json, base: str, position: int) -> Entry:
    number = item.get("id")
    guid = str(number) if isinstance(number, int | float) else text_or_none(number)
    html = text_or_none(item.get("content_html"))
    text = text_or_none(item.get("content_text"))
    if html is None and text is not None:
        html = paragraphs_as_html(text)
    summary, html = split_content(text_or_none(item.get("summary")), html)
    link = resolve(base, text_or_none(item.get("url"))) or resolve(base, text_or_none(item.get("external_url")))
    stated = item.get("authors")
    people = stated if isinstance(stated, list) else [item.get("author")]
    return Entry(
        url=link or (guid if guid and is_web_url(guid) else None),
        title=title_of(text_or_none(item.get("title"))),
        guid=guid,
        summary=summary,
        html=html,
        authors=names_of(text_or_none(person.get("name")) for person in people if isinstance(person, dict)),
        published_at=parse_date(text_or_none(item.get("date_published"))),
        updated_at=parse_date(text_or_none(item.get("date_modified"))),
        language=language_of(text_or_none(item.get("language"))),
        position=position,
    )


def _is_wordpress(value: object) -> bool:
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and isinstance(first.get("title"), dict) and "link" in first


def _read_wordpress(value: list[Json], url: str) -> ParsedFeed:
    items = entry_dicts(value)
    return ParsedFeed(
        kind="feed",
        title=None,
        entries=tuple(_wordpress_entry(item, url, position) for position, item in enumerate(items)),
        site_url=resolve(url, "/"),
        problems=truncation_problem(value),
    )


def _wordpress_entry(item: Json, base: str, position: int) -> Entry:
    guid = _rendered(item, "guid")
    summary, html = split_content(_rendered(item, "excerpt"), _rendered(item, "content"))
    embedded = item.get("_embedded")
    people = embedded.get("author") if isinstance(embedded, dict) else None
    return Entry(
        url=resolve(base, text_or_none(item.get("link"))),
        title=title_of(_rendered(item, "title")),
        guid=guid or (str(item["id"]) if isinstance(item.get("id"), int) else None),
        summary=summary,
        html=html,
        authors=names_of(text_or_none(person.get("name")) for person in entry_dicts(people)),
        published_at=parse_date(text_or_none(item.get("date_gmt")) or text_or_none(item.get("date"))),
        updated_at=parse_date(text_or_none(item.get("modified_gmt")) or text_or_none(item.get("modified"))),
        position=position,
    )


def _rendered(item: Json, name: str) -> str | None:
    field = item.get(name)
    return text_or_none(field.get("rendered")) if isinstance(field, dict) else text_or_none(field)


def _is_gdelt(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("articles"), list):
        return False
    return all(isinstance(item, dict) and "url" in item for item in value["articles"][:3])


def _read_gdelt(value: Json, url: str) -> ParsedFeed:
    articles = value["articles"]
    return ParsedFeed(
        kind="search",
        title=None,
        entries=tuple(_gdelt_entry(item, url, position) for position, item in enumerate(entry_dicts(articles))),
        problems=truncation_problem(articles),
    )


def _gdelt_entry(item: Json, base: str, position: int) -> Entry:
    language = text_or_none(item.get("language"))
    return Entry(
        url=resolve(base, text_or_none(item.get("url"))),
        title=title_of(text_or_none(item.get("title"))),
        published_at=parse_date(text_or_none(item.get("seendate"))),
        language=_GDELT_LANGUAGES.get(language.lower()) if language else None,
        position=position,
    )


_SHAPES: tuple[tuple[Callable[[object], bool], Callable[[Any, str], ParsedFeed]], ...] = (
    (_is_jsonfeed, _read_jsonfeed),
    (_is_wordpress, _read_wordpress),
    (_is_gdelt, _read_gdelt),
)
