"""The headline: chosen among what the page says in different places, without the site's name.

The visible ``h1`` is what readers know an article by; JSON-LD, Open Graph and ``<title>`` are written for machines
and often differ. So the best ``h1`` wins if any of them supports it, else the machines' own majority.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

from monitor.stages.extract.source import Source, host_of, plain, text_of

_SEPARATOR = re.compile(r"\s+[|·•»«‹›:—–-]+\s+|\s*[|｜丨]\s*|\s+[:/]{2}\s+|_(?=[^_]{2,20}$)")
_ANY_SEPARATOR = re.compile(rf"{_SEPARATOR.pattern}|\s*[:：]\s+|：")
_LINE_TAGS = ("h2", "h3", "h4", "b", "strong", "font", "big", "p", "div", "td", "span")
_WORD = re.compile(r"\w+")
_SECTIONS = frozenset(
    ["news", "nachrichten", "noticias", "actualités", "notizie", "nieuws", "latestnews", "topstories", "article"]
)
_SUPPORT = 0.4  # share of words an h1 must have in common with what machines are told
_MAX_H1 = 12
_MAX_CHARS = 400
_MIN_SHOWN = 6  # characters of a headline that a line on the page may confirm


def choose(source: Source, *, outlet: str | None, feed_title: str | None) -> str | None:
    """The page's headline on one line, None if there is none.

    *feed_title* is what the feed calls the article; it decides when the page's own versions disagree.
    """
    names = site_names(source, outlet)
    told = _told(source, names)
    h1 = _best_h1(source, told, names)
    feed = without_site(feed_title, names) if feed_title else None
    if h1 is None:
        shown = _short_lines(source) | ({same(feed)} if feed else set())
        told = [_as_shown(title, shown) for title in told]
    candidates = [title for title in (h1, *told) if title]
    if not candidates:
        return feed
    if feed and same(feed) not in {same(c) for c in candidates[:1]}:
        matching = next((c for c in candidates if same(c) == same(feed)), None)
        if matching:
            return matching
    return _without_kicker(candidates[0], told)


def variants(source: Source) -> tuple[str, ...]:
    """Every version of the headline on the page, for recognising it where it is repeated."""
    names = site_names(source, None)
    return tuple(dict.fromkeys([*_told(source, names), *(text_of(h1) for h1 in _h1s(source))]))


def same(text: str) -> str:
    """*text* as compared: compatibility forms folded, letters and digits only, lower case."""
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())).replace("_", "")


def site_names(source: Source, outlet: str | None) -> frozenset[str]:
    """Forms of the site's name as compared: what it calls itself, its host, and the host's main label."""
    host = host_of(source.url) or host_of(source.meta("og:url")) or ""
    labels = [label for label in host.split(".") if len(label) > 2]
    publisher = source.article.get("publisher")
    given = [
        outlet,
        source.meta("og:site_name", "application-name", "apple-mobile-web-app-title"),
        plain(publisher.get("name")) if isinstance(publisher, dict) else plain(publisher),
        (source.meta("twitter:site") or "").lstrip("@"),
        host,
        *labels[:2],
    ]
    return frozenset(same(name) for name in given if name and same(name))


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
        len(k) > 3 and (name.startswith(k) or k.startswith(name) or name.endswith(k)) for k in known
    )


def _told(source: Source, names: Iterable[str]) -> list[str]:
    """What machines are told, best first: JSON-LD, Open Graph, Twitter, ``<title>``."""
    element = source.tree.find(".//title")
    raw = [
        plain(source.article.get("headline")) or plain(source.article.get("name")),
        source.meta("og:title"),
        source.meta("twitter:title", "dc.title", "title"),
        text_of(element) if element is not None else None,
    ]
    told = [without_site(title, names) for title in raw if title]
    # a <title> that merely continues another version ("Headline - Politics - Site") is that version
    shortest = sorted(told, key=len)
    return [
        next((s for s in shortest if len(s) > 15 and s != t and _SEPARATOR.match(t[len(s) :]) and t.startswith(s)), t)
        for t in told
    ]


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


def _h1s(source: Source) -> list[object]:
    return [h1 for h1 in source.tree.iter("h1") if 0 < len(text_of(h1)) <= _MAX_CHARS][:_MAX_H1]


def _best_h1(source: Source, told: list[str], names: Iterable[str]) -> str | None:
    """The h1 that most resembles what machines are told; without any such version the first one with a real text."""
    best, best_score = None, _SUPPORT
    known = set(names)
    for h1 in _h1s(source):
        text = text_of(h1)
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


def _without_kicker(title: str, told: list[str]) -> str:
    """The title without a section or kicker glued before it, if machines are told the rest alone."""
    for other in told[:2]:
        if len(other) > 15 and len(other) < len(title) and same(title).endswith(same(other)):
            return other
    return title
