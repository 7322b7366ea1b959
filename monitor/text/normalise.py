"""Plain text from short markup, and forms of text that compare equal when a reader would call them equal.

Feed fields come from strangers, so everything here takes time linear in its input: no expression may look past the
next ``<``, and what needs an end mark (comments, scripts) is cut by search, never by a backtracking pattern.
"""

from __future__ import annotations

import html
import re
import unicodedata
from hashlib import blake2b

_BLOCK = (
    "address article aside blockquote br dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol option p pre section summary table tbody td tfoot th thead title tr ul img iframe video"
)
_INLINE = (
    "a abbr acronym applet area audio b base basefont bdi bdo big body button canvas caption center cite code col "
    "colgroup data datalist del dfn dir em embed font frame frameset head html i input ins kbd label legend link map "
    "mark menu meta meter nobr noscript object optgroup output param picture progress q rp rt ruby s samp select small "
    "source span strike strong sub sup svg template textarea time track tt u var wbr path g math "
    "blink command keygen marquee "
    "maction merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mroot mrow ms mspace msqrt mstyle msub "
    "msubsup msup mtable mtd mtext mtr munder munderover semantics annotation"
)
_GAPS = dict.fromkeys(_BLOCK.split(), " ") | dict.fromkeys(_INLINE.split(), "")
"""What a tag leaves behind. Only real HTML and MathML elements: ``vector<int>`` and ``a < b`` in a headline stay."""

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:[\s/][^<>]*)?>")

_RAW = re.compile(r"<(?:!--|!\[CDATA\[|(script|style|svg(?![^<>]{0,500}/>))(?=[\s/>]))", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NOT_WORD = re.compile(r"[\W_]+")
_UNIFIED = str.maketrans(
    dict.fromkeys("‘’‚‛′`´ʼ＇", "'")
    | dict.fromkeys("“”„‟″«»＂", '"')
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
    | {"…": "..."}
)
_C1 = re.compile("[\x80-\x9f]")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def plain_text(markup: str) -> str:
    """*markup* without tags, entities decoded, blanks collapsed; comments, scripts, styles and drawings are left out.

    Block elements part words, inline ones do not (``H<sub>2</sub>O`` -> ``H2O``). Text escaped once too often
    (``&amp;amp;``, common in feeds) is decoded a second time. Unpaired ``<`` and unknown tags stay. Linear time.
    """
    text = markup
    if "<" not in text and "&" not in text:
        return _collapsed(text)
    for _ in range(2):
        if "<" in text:
            text = _TAG.sub(_gap, _without_raw(text))
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return _collapsed(text)


def fold(text: str) -> str:
    """*text* for comparing: NFKC, case folded, quotes and dashes unified, invisible marks dropped, blanks collapsed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_UNIFIED))
    return " ".join(text.casefold().replace("`", "'").split())


def text_hash(text: str) -> str:
    """32 hex digits that two texts share when they differ in case, blanks and punctuation only (BLAKE2b, RFC 7693)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("ʼ", "")
    letters = _NOT_WORD.sub("", text.casefold())
    return blake2b(letters.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _collapsed(text: str) -> str:
    """*text* with single blanks and without controls; C1 controls are windows-1252 mistaken for Latin-1 (WHATWG)."""
    if not text.isascii():
        text = _C1.sub(lambda match: match[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return " ".join(_NOT_XML.sub("", text).split())


def _gap(tag: re.Match[str]) -> str:
    return _GAPS.get(tag[1].lower(), tag[0])


def _without_raw(markup: str) -> str:
    """*markup* without comments, scripts, styles and drawings, CDATA marks undone; what is never closed is cut off."""
    if _RAW.search(markup) is None:
        return markup
    parts: list[str] = []
    position = 0
    while match := _RAW.search(markup, position):
        parts.append(markup[position : match.start()])
        kind = match[0].lower()
        end_mark = "-->" if kind == "<!--" else "]]>" if kind == "<![cdata[" else f"</{match[1]}"
        end = _find_folded(markup, end_mark, match.end())
        if end < 0:
            return "".join(parts)
        if kind == "<![cdata[":
            parts.append(markup[match.end() : end])
        position = end + len(end_mark)
        if match[1]:
            position = markup.find(">", position) + 1 or len(markup)
    parts.append(markup[position:])
    return "".join(parts)


def _find_folded(text: str, wanted: str, start: int) -> int:
    match = re.compile(re.escape(wanted), re.IGNORECASE).search(text, start)
    return match.start() if match else -1
