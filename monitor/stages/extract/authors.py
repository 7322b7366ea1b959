"""Who wrote it: JSON-LD first, then ``meta``, ``rel=author``, and the visible byline; names only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from monitor.stages.extract.source import Source, one_line, plain, raw_text, types_of
from monitor.stages.extract.title import same, site_names

_BY = re.compile(
    r"^(?:(?:written|words|story|reported|posted|published|reviewed|text|analysis|analyse|kommentar)\s+)?"
    r"(?:by|von|par|por|da|di|door|av|af|text|autore?|author|redaktion|作者|文|记者|記者)\b\s*[::]?\s*|^(?:作者|文|记者"
    r"|記者)\s*[/／:：]?\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s?(?:[,;/|·•]|、|\s(?:and|und|et|y|e|en|og|och|i|和)\s|\s&\s)\s?", re.IGNORECASE)
_SUFFIX = re.compile(
    r"^(?:M\.?D|Ph\.?D|MBA|MA|MS|M\.?Sc|B\.?Sc|RDN?|CPA|CFP|JD|Esq|Jr|Sr|I{2,3}|LL\.?M|FAND|Dr|DDS|RN)\.?$"
)
_NOISE = re.compile(
    r"https?:|www\.|@|\d{3,}|\b(?:updated|published|min read|minutes|comments?|follow|subscribe|contributor to"
    r"|aktualisiert"
    r"|veröffentlicht|uhr|editor['’]s note)\b",
    re.IGNORECASE,
)
_NAME_CLASS = re.compile(r"author|byline|writer|autor\b|auteur|vcard|posted-?by|contributor", re.IGNORECASE)
_NO_NAME_CLASS = re.compile(
    r"date|time|avatar|image|img|photo|social|share|bio|desc|about|title|job|role|label|comment|count|count",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"comment|related|sidebar|teaser|footer|\bnav|menu|recirc|card-?(?:list|grid)|more-", re.IGNORECASE
)
_BYLINE = re.compile(
    r"^(?:(?:written|words|story|text|reviewed)\s+)?(?:by|von|par|por)\s*:?\s+(?=[^\W\d_])", re.IGNORECASE
)
_PARENTHESIS = re.compile(r"\s?[(（\[][^()（）\[\]]{0,60}[)）\]]?|\s[-–—]\s.*$")
_TITLE_CASE = re.compile(r"^(?:[^\W\d_][\w.'’-]*+\s?){1,6}$")
_DATE_LIKE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun)[a-z]*\.?\s*\d|^\d"
    r"|\bon (?:mon|tue|wed|thu|fri|sat|sun)",
    re.IGNORECASE,
)
_BYLINE_TAGS = frozenset(
    ["a", "span", "div", "p", "strong", "address", "li", "h2", "h3", "h4", "h5", "h6", "em", "small"]
)
_SAID = ("by", "von", "par", "por", "written", "words", "story", "text", "reviewed")  # how _BYLINE begins
_MAX_RAW = 1200  # characters of a byline of 120 with its layout
_MAX_NAME = 60
_MAX_AUTHORS = 15


def find(source: Source) -> tuple[str, ...]:
    """The authors' names in the page's order, without repeats; organisations only where no person is named."""
    site = site_names(source, None)
    only_site: tuple[str, ...] = ()
    for read in (_from_ld, _from_meta, _from_links, _from_byline):
        names = tuple(dict.fromkeys(read(source)))[:_MAX_AUTHORS]
        people = tuple(name for name in names if same(name) not in site)
        if people:
            return people
        only_site = only_site or names
    return only_site


def names_in(text: str) -> Iterator[str]:
    """The names in a byline: the leading *By* and everything that is no name removed."""
    text = _PARENTHESIS.sub("", _BY.sub("", one_line(text)))
    if text.startswith(("http:", "https:")):
        return
    parts = _SPLIT.split(text)
    for n, part in enumerate(parts):
        name = _BY.sub("", part.removeprefix("& ")).strip(" .,:;|–—-")
        if found := _DATE_LIKE.search(name):
            name = name[: found.start()].strip()
        if n and _SUFFIX.match(name):
            continue
        if 1 < len(name) <= _MAX_NAME and not _NOISE.search(name):
            yield name


def is_byline(text: str) -> bool:
    """True for a line that only says who wrote the text."""
    return (
        len(text) < 120
        and bool(re.match(r"(?:by|von|par|por|作者|文|记者)[\s::/]", text, re.IGNORECASE))
        and (not text.endswith((".", "!", "?", "。")))
    )


def _from_ld(source: Source) -> list[str]:
    """Persons of the article object, by their own references into the graph where needed."""
    by_id = {thing["@id"]: thing for thing in source.things if isinstance(thing.get("@id"), str) and len(thing) > 2}
    people: list[str] = []
    others: list[str] = []
    for author in _flat(source.article.get("author")):
        resolved = by_id.get(str(author.get("@id")), author) if isinstance(author, dict) else author
        name = plain(resolved.get("name")) if isinstance(resolved, dict) else plain(resolved)
        if not name:
            continue
        is_org = isinstance(resolved, dict) and "Organization" in " ".join(types_of(resolved))
        found = [name] if is_org else list(names_in(name))
        (others if is_org else people).extend(found)
    return people or others


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, dict) and isinstance(value.get("name"), list):
        yield from ({**value, "name": name} for name in value["name"])
    elif value:
        yield value


def _from_meta(source: Source) -> Iterator[str]:
    for key in (
        "author",
        "citation_author",
        "article:author",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "byl",
    ):
        found = [name for value in source.metas.get(key, ()) for name in names_in(value)]
        if found:
            yield from found
            return


def _from_links(source: Source) -> Iterator[str]:
    """The names of the elements marked as author, as far as they stand in one place."""
    place: HtmlElement | None = None
    for element in source.tree.iter("a", "span", "address", "p", "div"):
        is_author = "author" in (element.get("rel") or "").split() or "author" in (element.get("itemprop") or "")
        if is_author and not _is_outside(element):
            if place is not None and place not in element.iterancestors():
                return
            text = _spaced(element)
            if len(text) <= _MAX_NAME and (names := list(names_in(text))):
                yield from names
                parent = element.getparent()
                place = place if place is not None else (parent if parent is None else parent.getparent())


def _spaced(element: HtmlElement) -> str:
    """The element's text with a blank between its parts (``By`` and the name are often elements without one)."""
    return one_line(" ".join(element.itertext()))


def _from_byline(source: Source) -> list[str]:
    """The names in the first element that is marked as a byline or says *By*, from the headline on."""
    tree = source.tree
    h1 = next(tree.iter("h1"), None)
    first_said: list[str] = []
    has_started = h1 is None
    for n, element in enumerate(tree.iter()):
        has_started = has_started or element is h1
        if n > 20_000 or element.tag not in _BYLINE_TAGS or len(element) > 12:
            continue
        get = element.attrib.get
        is_marked = _names_author(f"{get('class', '')} {get('id', '')}")
        if not is_marked and (first_said or not has_started):
            continue
        raw = raw_text(element)
        if len(raw) > _MAX_RAW or not (is_marked or raw.lstrip()[:8].lower().startswith(_SAID)):
            continue
        text = _spaced(element)
        if not 3 < len(text) <= 120:
            continue
        is_said = bool(_BYLINE.match(text)) and has_started
        if not (is_marked or is_said) or _is_outside(element):
            continue
        names = [
            name for name in names_in(text) if _TITLE_CASE.match(name) and name[0].isupper() | (ord(name[0]) > 0x2E7F)
        ]
        if names and is_marked:
            return names
        if names:
            first_said = names
    return first_said


@lru_cache(maxsize=10_000)
def _names_author(mark: str) -> bool:
    """True if the names of an element say that it holds an author's."""
    return bool(_NAME_CLASS.search(mark)) and not _NO_NAME_CLASS.search(mark)


def _is_outside(element: HtmlElement) -> bool:
    """True inside comments, teasers and the like, which name other people."""
    for n, parent in enumerate(element.iterancestors()):
        if n > 6 or parent.tag in ("article", "main", "body"):
            return False
        if parent.tag in ("aside", "footer", "nav") or _OUTSIDE.search(
            f"{parent.get('class') or ''} {parent.get('id') or ''}"
        ):
            return True
    return False
