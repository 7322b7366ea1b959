"""The standfirst: the deck under the headline, when it stands on the page as an element of its own."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from monitor.stages.extract.source import Source, one_line, plain, raw_text, text_of
from monitor.stages.extract.title import same

_DECK = re.compile(
    r"stand-?first|sub-?title|sub-?head(?:line|ing)?|(?:^|[\s_-])(?:deck|dek|lede|lead|leadtext|intro|introduction"
    r"|vorspann|anleser"
    r"|chapo|ch[aâ]peau|entradilla|bajada|sottotitolo|sommario|occhiello|ingress|manchet|preamble|abstract|excerpt"
    r"|summary"
    r"|article-?description|teaser-?text|sapo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NO_DECK = re.compile(
    r"related|teaser-?list|card|sidebar|comment|newsletter|caption|kicker|author|byline|meta|nav|footer", re.IGNORECASE
)
_TAGS = ("p", "div", "h2", "h3", "h4", "span", "strong", "section", "header", "em", "ul")
_MIN_CHARS, _MAX_CHARS = 25, 700
_MAX_RAW = 10 * _MAX_CHARS  # with its layout: what is longer holds more than a standfirst
_MAX_STEPS = 120


def take(source: Source, headline: HtmlElement | None) -> str | None:
    """The standfirst, cut out of the tree so that the body does not repeat it; None if there is none.

    A description that merely repeats (or truncates) the first paragraph is no standfirst: the element must either be
    named as one, or be said to be the description and not be one of a row of like paragraphs.
    """
    told = {
        same(t) for t in (plain(source.article.get("description")), source.meta("og:description", "description")) if t
    }
    told = {t for t in told if len(t) >= 15}
    element = _find(source.tree, headline, told)
    if element is None:
        return None
    text = text_of(element)
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()
    return text


def _find(tree: HtmlElement, headline: HtmlElement | None, told: set[str]) -> HtmlElement | None:
    for n, element in enumerate(_after(tree, headline)):
        if n > _MAX_STEPS:
            return None
        if element.tag not in _TAGS:
            continue
        raw = raw_text(element)
        text = one_line(raw) if len(raw) <= _MAX_RAW else ""
        if not _MIN_CHARS <= len(text) <= _MAX_CHARS or element.find(".//h1") is not None:
            continue
        if _is_named(element) or (_matches(text, told) and not _is_one_of_many(element)):
            return element
    return None


def _after(tree: HtmlElement, headline: HtmlElement | None) -> list[HtmlElement]:
    """The elements that follow the headline in the document."""
    if headline is None:
        return []
    found = False
    after = []
    inside = set(headline.iter())
    for element in tree.iter():
        if element is headline:
            found = True
        elif found and isinstance(element.tag, str) and element not in inside:
            after.append(element)
            if len(after) > _MAX_STEPS + 1:
                break
    return after


def _is_named(element: HtmlElement) -> bool:
    mark = " ".join(element.get(name) or "" for name in ("class", "id", "data-testid", "itemprop"))
    if not _DECK.search(mark) or _NO_DECK.search(mark):
        return False
    n_links = sum(len(text_of(a)) for a in element.iter("a"))
    return sum(1 for _ in element.iter("p")) <= 2 and n_links < 0.4 * len(text_of(element))


def _matches(text: str, told: set[str]) -> bool:
    return same(text) in told


def _is_one_of_many(element: HtmlElement) -> bool:
    """True for a paragraph in a row of paragraphs with the same marks: the beginning of the body."""
    parent = element.getparent()
    if parent is None or element.tag in ("h2", "h3", "h4"):
        return False
    mark = element.get("class")
    alike = [
        e
        for e in parent.iterchildren(element.tag)
        if e is not element and e.get("class") == mark and len(text_of(e)) > 40
    ]
    return len(alike) >= 1
