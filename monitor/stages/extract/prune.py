"""Taking out of the tree what is never the article: shares, teasers, newsletters, captions, embedded posts.

Names in ``class``, ``id`` and the like are what sites agree on. Only whole words count (``share`` but not
``shareholders``), and nothing that holds most of the page's paragraphs is removed, whatever it is called.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.etree import strip_elements
from lxml.html import HtmlElement

from monitor.stages.extract.source import SENTENCE_END, raw_text, text_of, weight_of

_ALWAYS = ("button", "figcaption", "nav")

_WORDS = (
    "ad|ads|advert\\w*|adslot|adunit|admanager|sponsor\\w*|promo|promotion|promobox|banner|outbrain|taboola|teads"
    "|share|sharing|sharebar|sharebuttons|sharetools|social|socials|socialbar|sociable|addtoany|sharedaddy"
    "|related\\w*|recirc\\w*|recommend\\w*|suggest\\w*|readmore|readalso|read-?also|read-?next|read-?more|see-?also"
    "|more-?from|more-?on|most-?read|most-?popular"
    "|mostread|trending|popular|jp-relatedposts|crosslink\\w*|teasers|teaserlist|teaser-?list|promo-?box"
    "|newsletter\\w*|nl-?signup|signup|sign-?up|subscribe"
    "|comment|comments|commentlist|comment-?list|disqus\\w*|respond|leaserwidget"
    "|caption|captions|wp-caption-text|credit|credits|copyright|image-?credit|photo-?credit|imagecaption"
    "|bildunterschrift"
    "|byline|bylines|author-?box|author-?bio|author-?info|about-?author|authorbox|bio|dateline-?meta|post-?meta"
    "|entry-?meta|article-?meta|meta-?info"
    "|breadcrumb\\w*|pagination|pager|table-of-contents|skip-?link|sr-only|screen-reader-text|visually-?hidden"
    "|visuallyhidden|print-only|noprint"
    "|cookie\\w*|consent\\w*|gdpr|overlay|modal|popup|tooltip|toolbar|audio-?player|video-?player|jwplayer\\w*"
    "|tags|tag-?list|taglist|topic-?list|reactions|correction-?form|donat\\w*|support-?us|whatsapp|telegram"
    "|carousel|gallery|twitter-tweet|instagram-media|tiktok-embed|fb-post|reddit-embed|bluesky-embed|embed-?external"
    "|external-?content"
    "|guanggao|xiangguan|fenxiang|tuijian|dingyue|pinglun"
)
_MARK = re.compile(
    rf"(?:^|[\s_]|--|__|-)(?:{_WORDS})(?:$|[\s_]|--|__|-(?=box|slot|unit|list|block|container|wrapper|module|section"
    rf"|area|bar|widget|inline|item|link|links|content|text|card|teaser|article|post|s\b))",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:^|[\s_-])(?:paywall\w*|piano\w*|regwall\w*|subscription\w*|offer|abo-?box|premium\w*|teaser|toc|topics"
    r"|keywords|rating|feedback|overlay|modal|audio|player)(?:$|[\s_-])",
    re.IGNORECASE,
)
_KICKER = re.compile(
    r"(?:^|[\s_-])(?:kicker|eyebrow|overline|dachzeile|spitzmarke|surtitre|occhiello|antetítulo|cat-links"
    r"|section-?(?:name|label))(?:$|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = frozenset((
    "div", "section", "aside", "ul", "ol", "p", "span", "figure", "blockquote", "header", "footer", "h2", "h3",
    "h4", "h5", "h6", "dl", "table", "form", "details", "article", "a", "small", "em", "strong",
))  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_SHORT = 600  # characters: a marked block longer than this needs to be poor in paragraphs to go


def prune(tree: HtmlElement) -> None:
    """Remove from *tree*, in place, what is certainly not the article."""
    strip_elements(tree, *_ALWAYS, with_tail=False)
    n_all = _p_chars(tree)
    for element in list(tree.iter(*_BLOCKS)):
        if element is tree or element.getparent() is None:
            continue
        said = meaning_of_marks(_marks(element))
        if ((said == "chrome" or _is_hidden(element)) and not _is_main(element, n_all)) or (
            (said == "perhaps" or (said == "kicker" and not _is_in_heading(element))) and not _has_running_text(element)
        ):
            _remove(element)


def _is_hidden(element: HtmlElement) -> bool:
    """True for what the page does not show, unless it holds sentences: scripts stream whole articles into it."""
    get = element.attrib.get
    style = get("style")
    is_hidden = (
        get("hidden") is not None or get("aria-hidden") == "true" or (style is not None and bool(_HIDDEN.search(style)))
    )
    return is_hidden and not _has_running_text(element)


def _is_in_heading(element: HtmlElement) -> bool:
    """A kicker within a heading stays: without it the heading is no longer the title it repeats."""
    return any(e.tag in _HEADINGS for e in element.iterancestors())


@lru_cache(maxsize=20_000)
def meaning_of_marks(mark: str) -> str | None:
    """What an element's names say: ``chrome``, ``perhaps``, ``kicker``, or None.

    ``perhaps`` are names that mean a prompt on some sites and the wall around the whole text on others.
    """
    meanings = {meaning_of_word(word) for word in mark.split()}
    return next((meaning for meaning in ("chrome", "perhaps", "kicker") if meaning in meanings), None)


@lru_cache(maxsize=50_000)
def meaning_of_word(word: str) -> str | None:
    """The same for one word of the marks; sites share most of them."""
    if _MARK.search(word):
        return "chrome"
    if _WEAK.search(word):
        return "perhaps"
    return "kicker" if _KICKER.search(word) else None


def _marks(element: HtmlElement) -> str:
    get = element.attrib.get
    return f"{get('class', '')} {get('id', '')} {get('data-component', '')} {get('data-testid', '')}"[:600]


def _has_running_text(element: HtmlElement) -> bool:
    """True if the element holds sentences of some length, beyond what a prompt needs, or is such a paragraph."""
    texts = [text_of(p) for p in element.iter("p")]
    if any(len(text) > 200 for text in texts):
        return True
    sizes = [weight_of(text) for text in texts if SENTENCE_END.search(text)]
    return (
        any(n > 120 for n in sizes) or sum(n for n in sizes if n > 60) > 180 or (element.tag == "p" and sum(sizes) > 60)
    )


def _is_main(element: HtmlElement, n_all: int) -> bool:
    """True if taking the element away would take a good part of the page's paragraphs, or its headline."""
    if element.find(".//h1") is not None:
        return True
    n_own = _p_chars(element)
    return n_own > _SHORT and n_own > 0.35 * n_all


def _p_chars(element: HtmlElement) -> int:
    """Characters in paragraphs below the element (the element itself if it is one)."""
    return sum(len(raw_text(p)) for p in element.iter("p"))


def _remove(element: HtmlElement) -> None:
    """Drop the element with what is in it, but keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail and tail.strip():
        previous = element.getprevious()
        if previous is not None:
            previous.tail = f"{previous.tail or ''} {tail}"
        else:
            parent.text = f"{parent.text or ''} {tail}"
    parent.remove(element)
