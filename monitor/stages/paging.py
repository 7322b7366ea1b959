"""Articles spread over several pages: which address is a page of which article, and the pages joined.

``rel=next`` alone says little: blogs point it at the next post, lists at the next screen. So an address continues an
article only if it is the article's own with a page number in one of the usual places, and its page only if it bears
the same headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from monitor.model import Page
from monitor.text.normalise import fold

MAX_PAGES = 5
"""Pages of one article that are read; longer ones are slide shows."""

_PAGE_NAMES = frozenset(
    ["page", "p", "pg", "pagenum", "page_no", "pageno", "paged", "seite", "pagina", "sida", "side", "strona"]
)
_IN_PATH = re.compile(
    r"^(?P<base>.+?)(?:/(?:page|seite|pagina|sida|side|strona|p)?[-/]?|[-_,.](?:page|seite|pagina|p|s)?[-_]?)(?P<n>\d{1,2})$",
    re.IGNORECASE,
)
_LATER = frozenset(map(str, range(2, MAX_PAGES)))
_TAIL = re.compile(r"(?:/index)?(?P<kind>\.(?:s?html?|php|aspx?|jsp))?$", re.IGNORECASE)


def page_number(first: str, url: str) -> int | None:
    """Which page of the article at *first* the address *url* is, from 2; None if it is none of its pages."""
    try:
        one, two = urlsplit(first), urlsplit(url)
        is_elsewhere = (one.hostname, one.port) != (two.hostname, two.port)
    except ValueError:
        return None
    if is_elsewhere:
        return None
    path, other = _bare(one.path), _bare(two.path)
    query, more = dict(parse_qsl(one.query)), dict(parse_qsl(two.query))
    if path == other:
        added = [name for name in more if more[name] != query.get(name)]
        if len(added) != 1 or added[0].lower() not in _PAGE_NAMES or not query.keys() <= more.keys():
            return None
        number = more[added[0]]
    elif query == more and (found := _IN_PATH.match(other)) and found["base"].rstrip("/") == path:
        number = found["n"]
    else:
        return None
    return int(number) if number.isascii() and number.isdigit() and 2 <= int(number) < 100 else None


def joined(first: Page, further: Page) -> Page | None:
    """*first* with the text of *further* behind it; None if that is no continuation of the same article."""
    is_readable = further.problem in (None, "empty")  # the last page may hold no more than a sentence
    if not is_readable or not further.paragraphs or not first.title or not further.title:
        return None
    one, two = fold(first.title), fold(further.title)
    if not one or not two or not (two.startswith(one) or one.startswith(two)):
        return None
    known = {*first.paragraphs, first.standfirst}
    fresh = tuple(text for text in further.paragraphs if text not in known)
    if not fresh:
        return None
    return replace(first, paragraphs=(*first.paragraphs, *fresh), next_url=further.next_url)


def firsts_of(url: str) -> Iterator[tuple[str, int]]:
    """What the first page's address can be if *url* is a page of an article, with the number *url* then has."""
    yield url, 1
    parts = urlsplit(url)
    found = _IN_PATH.match(_bare(parts.path))
    if found and 2 <= int(found["n"]) < MAX_PAGES:
        kind = _TAIL.search(parts.path.rstrip("/"))
        yield parts._replace(path=found["base"] + ((kind and kind["kind"]) or "")).geturl(), int(found["n"])
    for name, value in parse_qsl(parts.query):
        if name.lower() in _PAGE_NAMES and value in _LATER:
            rest = "&".join(pair for pair in parts.query.split("&") if not pair.lower().startswith(f"{name.lower()}="))
            yield parts._replace(query=rest).geturl(), int(value)


def _bare(path: str) -> str:
    return _TAIL.sub("", path.rstrip("/"), count=1)
