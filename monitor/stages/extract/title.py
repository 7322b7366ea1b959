"""The headline: chosen among what the page says in different places, without the site's name.

The visible ``h1`` is what readers know an article by; JSON-LD, Open Graph and ``<title>`` are written for machines
and often differ. So the best ``h1`` wins if any of them supports it, else what machines are told.

News is the exception. In the JSON-LD of a ``NewsArticle`` the newsroom's own system states the headline, while ``h1``
and Open Graph are rewritten for clicks; only where it repeats ``<title>`` it is the version for search engines, and
``h1`` and Open Graph together are believed. Measured on 389 pages: on news the JSON-LD is right on 89 %, ``h1`` on
83 %, Open Graph on 77 %; on other pages ``h1`` on 90 %, the JSON-LD (written by a plug-in) on 86 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from lxml.html import HtmlElement

from monitor.stages.extract.source import Source, host_of, one_line, plain, text_of, types_of

_SEPARATOR = re.compile(r"\s[|·•»«‹›:—–-]+\s|\s?[|｜丨]\s?|\s[:/]{2}\s|_(?=[^_]{2,20}$)")
_ANY_SEPARATOR = re.compile(rf"{_SEPARATOR.pattern}|\s?[:：]\s|：")
_LINE_TAGS = ("h2", "h3", "h4", "b", "strong", "font", "big", "p", "div", "td", "span")
_WORD = re.compile(r"\w+")
_SECTIONS = frozenset(
    ["news", "nachrichten", "noticias", "actualités", "notizie", "nieuws", "latestnews", "topstories", "article"]
)
_SUPPORT = 0.4  # share of words an h1 must have in common with what machines are told
_MAX_H1 = 12
_CUT_AT = 100
_MUCH_LONGER = (
    2.5  # times: "Zeit Online" names the Zeit, "Gardening in a warming world" does not name gardening.example
)
_SUFFIXES = frozenset(["com", "org", "net", "gov", "edu", "www"])
_RUNNING = frozenset(
    ["a", "abbr", "b", "bdi", "em", "font", "i", "mark", "q", "s", "span", "strong", "sub", "sup", "u"]
)
_MAX_CHARS = 400
_MIN_SHOWN = 6  # characters of a headline that a line on the page may confirm


def choose(source: Source, *, outlet: str | None, feed_title: str | None) -> str | None:
    """The page's headline on one line, None if there is none.

    *feed_title* is what the feed calls the article; it decides when the page's own versions disagree.
    """
    names = site_names(source, outlet)
    told = _told(source, names)
    machines = list(told.values())
    h1 = _best_h1(source, machines, names)
    feed = without_site(feed_title, names) if feed_title else None
    if h1 is None:
        shown = _short_lines(source) | ({same(feed)} if feed else set())
        machines = [_as_shown(title, shown) for title in machines]
    versions = [title for title in (h1, *machines) if title]
    stated = _stated_news(source, told, h1)
    candidates = [stated, *versions] if stated else versions
    if not candidates:
        return feed
    if feed and same(feed) not in {same(c) for c in candidates[:1]}:
        matching = next((c for c in candidates if same(c) == same(feed)), None)
        if matching:
            return matching
    return _without_kicker(candidates[0], versions, is_shown=candidates[0] == h1)


def variants(source: Source) -> tuple[str, ...]:
    """Every version of the headline on the page, for recognising it where it is repeated."""
    names = site_names(source, None)
    return tuple(dict.fromkeys([*_told(source, names).values(), *(headline_text(h1) for h1 in _h1s(source))]))


def same(text: str) -> str:
    """*text* as compared: compatibility forms folded, letters and digits only, lower case."""
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())).replace("_", "")


def site_names(source: Source, outlet: str | None) -> frozenset[str]:
    """Forms of the site's name as compared: what it calls itself, its host, and the host's main label."""
    host = host_of(source.address) or ""
    labels = [label for label in host.split(".")[:-1] if len(label) > 2 and label not in _SUFFIXES]
    publisher = source.article.get("publisher")
    given = [
        outlet,
        source.meta("og:site_name", "application-name", "apple-mobile-web-app-title"),
        plain(publisher.get("name")) if isinstance(publisher, dict) else plain(publisher),
        (source.meta("twitter:site") or "").lstrip("@"),
        host,
        *labels[-2:],
    ]
    element = source.tree.find(".//title")
    titles = {same(t) for t in (source.meta("og:title"), text_of(element) if element is not None else None) if t}
    # a site that gives every page's title as its own name says nothing about its name
    return frozenset(key for name in given if name and (key := same(name)) and titles != {key})


def without_site(title: str, names: Iterable[str]) -> str:
    """*title* without a leading or trailing part that names the site (``Headline | Outlet``)."""
    known = set(names)
    for _ in range(3):
        cuts = list(_SEPARATOR.finditer(title))
        if not cuts:
            break
        if _names_site(title[cuts[-1].end() :], known):
            title = title[: cuts[-1].start()].strip()
        elif _names_site(title[: cuts[0].start()], known):
            title = title[cuts[0].end() :].strip()
        elif len(cuts) > 1 and _names_site(title[cuts[-2].end() :], known):
            title = title[: cuts[-2].start()].strip()
        else:
            break
    return title


def _names_site(part: str, known: set[str]) -> bool:
    name = same(part)
    if not name or name in known or name in _SECTIONS:
        return True
    return 3 < len(name) <= 40 and any(
        len(k) > 3
        and (k.startswith(name) or k.endswith(name) or name.startswith(k) or name.endswith(k))
        and len(name) <= _MUCH_LONGER * len(k)
        for k in known
    )


def _told(source: Source, names: Iterable[str]) -> dict[str, str]:
    """What machines are told, best first: JSON-LD, Open Graph, Twitter, ``<title>``."""
    element = source.tree.find(".//title")
    raw = {
        "ld": plain(source.article.get("headline")) or plain(source.article.get("name")),
        "og": source.meta("og:title"),
        "meta": source.meta("twitter:title", "dc.title", "title"),
        "title": text_of(element) if element is not None else None,
    }
    told = {place: stripped for place, title in raw.items() if title and (stripped := without_site(title, names))}
    # a <title> that merely continues another version ("Headline - Politics - Site") is that version
    shortest = sorted(told.values(), key=len)
    return {
        place: next(
            (s for s in shortest if len(s) > 15 and s != t and _SEPARATOR.match(t[len(s) :]) and t.startswith(s)), t
        )
        for place, t in told.items()
    }


def _stated_news(source: Source, told: Mapping[str, str], h1: str | None) -> str | None:
    """The headline in the JSON-LD of a news article, None if there is none or it is not the one that is shown."""
    stated = plain(source.article.get("headline"))
    if not stated or not any("News" in kind for kind in types_of(source.article)):
        return None
    stated = told["ld"]
    key = same(stated)
    if h1 is None or same(h1) == key:
        return stated
    if same(h1).startswith(key.removesuffix("…")) and (len(stated) >= _CUT_AT or stated.endswith(("…", "..."))):
        return None  # cut to the 110 characters that search engines once allowed
    is_for_search = same(told.get("title", "")) == key and same(told.get("og", "")) == same(h1)
    return None if is_for_search else stated


def _short_lines(source: Source) -> frozenset[str]:
    """The lines that stand alone in an element of the page's body and may be its headline, as compared."""
    lines = (e for e in source.tree.iter(*_LINE_TAGS) if len(e) == 0 or (len(e) == 1 and len(e[0]) == 0))
    texts = map(text_of, lines)
    return frozenset(same(text) for text in texts if _MIN_SHOWN <= len(text) <= _MAX_CHARS)


def _as_shown(title: str, shown: Container[str]) -> str:
    """*title* without what a separator parts from it, if the page shows the rest alone (``Outlet: Headline``)."""
    if same(title) in shown:
        return title
    for cut in _ANY_SEPARATOR.finditer(title):
        for part in (title[cut.end() :].strip(), title[: cut.start()].strip()):
            if len(part) >= _MIN_SHOWN and same(part) in shown:
                return part
    return title


def _h1s(source: Source) -> list[HtmlElement]:
    return [h1 for h1 in source.tree.iter("h1") if 0 < len(text_of(h1)) <= _MAX_CHARS][:_MAX_H1]


def headline_text(h1: HtmlElement) -> str:
    """The heading on one line, with a blank where the page shows a new line or another part of the heading."""
    return one_line("".join(_parts(h1)))


def _parts(element: HtmlElement) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        is_apart = child.tag not in _RUNNING
        yield from (" ", *_parts(child), " ") if is_apart else _parts(child)
        if child.tail:
            yield child.tail


def _best_h1(source: Source, told: list[str], names: Iterable[str]) -> str | None:
    """The h1 that most resembles what machines are told; without any such version the first one with a real text."""
    best, best_score = None, _SUPPORT
    known = set(names)
    for h1 in _h1s(source):
        text = headline_text(h1)
        if same(text) in known or not same(text):
            continue
        if not told:
            return text
        score = max(_likeness(text, title) for title in told)
        if score > best_score:
            best, best_score = text, score
    return best


def _likeness(one: str, two: str) -> float:
    """Dice coefficient of the words (characters where there are no blanks), in [0, 1]."""
    a, b = _tokens(one), _tokens(two)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _tokens(text: str) -> set[str]:
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return {t for word in words for t in (word if ord(word[0]) > 0x2E7F else [word])}


def _without_kicker(title: str, versions: Sequence[str], *, is_shown: bool) -> str:
    """The title without a section or kicker glued before it, if as many versions do without as have it.

    A title that is not the shown one keeps it unless more do without.
    """
    key = same(title)
    keys = [same(version) for version in versions]
    for other in versions:
        short = same(other)
        if len(other) > 15 and len(short) < len(key) and key.endswith(short):
            n_with, n_without = keys.count(key), keys.count(short)
            if n_without > n_with or (is_shown and n_without == n_with):
                return other
    return title
