"""A page after parsing: its tree, its ``meta`` elements and its JSON-LD, each gathered once for all readers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml.etree import ElementDefaultClassLookup, _Element, strip_elements, tostring
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_ARTICLE_TYPES = re.compile(
    r"(?:News|Report|Blog|Opinion|Review|Analysis|Liveblog|Live|Tech|Scholarly|Satirical|Background|Reportage|Medical)*"
    r"(?:Article|BlogPosting|Posting|Report)$|^(?:Review|Recipe|HowTo)$"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SENTENCE_END = re.compile(r"[.!?。！？…।۔؟][\"'”’»』」）)\]]*$")
_TAGS = re.compile(r"<[^<>]{0,300}>")
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\f\r"))
_NEVER_TEXT = ("script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "dialog", "object")
_ONE_CLASS = ElementDefaultClassLookup(element=HtmlElement)  # lxml.html looks each tag up in Python: 3 times as slow
_MAX_LD_CHARS = 500_000
_MAX_LD_OBJECTS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One parsed page. ``metas`` maps lower-case names and properties to their values in document order.

    ``things`` are all JSON-LD objects, outer before inner; ``article`` is the one that describes this page, if any.
    """

    url: str | None
    tree: HtmlElement
    metas: dict[str, tuple[str, ...]]
    things: tuple[dict[str, Any], ...]
    article: dict[str, Any]

    def meta(self, *names: str) -> str | None:
        """The first value that one of *names* has, in the order of the names."""
        return next((value for name in names for value in self.metas.get(name, ())), None)

    @property
    def address(self) -> str | None:
        """Where the page was read, or else (a saved page) where it says that it belongs."""
        if self.url is not None:
            return self.url
        links = (e.get("href") for e in self.tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split())
        told = (next(links, None), self.meta("og:url"))
        return next((url for url in told if url and url.startswith(("http:", "https:"))), None)


def parse(text: str, url: str | None) -> Source | None:
    """The page's tree and data; None if there is no element in it."""
    tree = _tree(text)
    if tree is None:
        return None
    things = tuple(_things(tree))
    strip_elements(tree, *_NEVER_TEXT, with_tail=False)
    return Source(url=url, tree=tree, metas=_metas(tree), things=things, article=_article(things, url))


def plain(value: object) -> str | None:
    """*value* as one line of text without markup and entities; None if it is no text or blank."""
    if not isinstance(value, str):
        return None
    text = html.unescape(html.unescape(value))
    if "<" in text:
        text = _TAGS.sub(" ", text)
    return one_line(text) or None


def one_line(text: str) -> str:
    """*text* with every run of blanks as one space, soft hyphens and zero-width characters removed."""
    if not text.isascii():
        for hidden in "\xad\u200b\u2060\ufeff":
            text = text.replace(hidden, "")
    return " ".join(text.split())


def raw_text(element: _Element) -> str:
    """The element's text as it stands in the source; made within libxml, 4 to 12 times as fast as ``itertext``."""
    text: str = tostring(element, method="text", encoding="unicode", with_tail=False)
    return text


def text_of(element: _Element) -> str:
    """The element's text on one line."""
    return one_line(raw_text(element))


def weight_of(text: str) -> int:
    """Length of *text* in characters; a Chinese or Japanese one counts three times, as it says about as much more."""
    return len(text) if text.isascii() else len(text) + 2 * len(_CJK.findall(text))


def first(value: object) -> object:
    """The first item of a list, else the value itself."""
    if isinstance(value, list):
        return value[0] if value else None
    return value


def host_of(url: str | None) -> str | None:
    """Lower-case host of *url* without ``www.``, None if it has none."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _tree(text: str) -> HtmlElement | None:
    if text.startswith("<?xml"):
        text = text.partition("?>")[2]
    if not text.strip():
        return None
    # bytes, not str: libxml reads UTF-8 natively, and a str with an encoding declaration is refused. Characters that
    # XML does not know go, since lxml refuses to set them as text
    data = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    data = data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, no_network=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        return document_fromstring(data, parser=parser)
    except ValueError:  # lxml.etree.ParserError: nothing but blanks and comments
        return None


def _metas(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        value = plain(element.get("content"))
        names = f"{element.get('property') or ''} {element.get('name') or ''} {element.get('itemprop') or ''}"
        for name in dict.fromkeys(names.lower().split()):
            if value:
                found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _things(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    n_left = _MAX_LD_OBJECTS
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = (script.text or "").strip()
        if not text or len(text) > _MAX_LD_CHARS:
            continue
        for thing in _walk(_loads(text)):
            if n_left == 0:
                return
            n_left -= 1
            yield thing


def _loads(text: str) -> object:
    """JSON as found on pages: in CDATA or comments, with raw line breaks, with a comma or semicolon too many."""
    text = re.sub(r"^(?:<!\[CDATA\[|//<!\[CDATA\[|<!--|/\*.{0,20}?\*/)\s*|(?:(?://)?\]\]>|-->|;)$", "", text)
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text), html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(data: object) -> Iterator[dict[str, Any]]:
    """Every typed object, breadth first, so that the page's own article comes before those it mentions."""
    level = [data]
    while level:
        below: list[object] = []
        for item in level:
            if isinstance(item, list):
                below.extend(item)
            elif isinstance(item, dict):
                if "@type" in item:
                    yield item
                below.extend(value for value in item.values() if isinstance(value, dict | list))
        level = below


def types_of(thing: dict[str, Any]) -> tuple[str, ...]:
    """The object's types without a name space."""
    kinds = thing.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return tuple(name.rpartition("/")[2] for name in names if isinstance(name, str))


def _article(things: tuple[dict[str, Any], ...], url: str | None) -> dict[str, Any]:
    """The article object that names this page's address, else the first one with a headline, else an empty one."""
    articles = [thing for thing in things if any(_ARTICLE_TYPES.search(kind) for kind in types_of(thing))]
    path = urlsplit(url).path.rstrip("/") if url and url.isprintable() else ""
    if path:
        for thing in articles:
            if thing.get("headline") and path in (str(thing.get("mainEntityOfPage")) + str(thing.get("url"))):
                return thing
    return next((thing for thing in articles if thing.get("headline")), articles[0] if articles else {})
