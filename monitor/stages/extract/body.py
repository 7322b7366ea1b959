"""The article's running text: trafilatura on the pruned tree, then its paragraphs sifted.

trafilatura's quick way (rules only) is right on most news pages. Its slow way compares with two other extractors and
costs as much again; it is taken only where the quick result is short against the paragraphs on the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy

from lxml.html import HtmlElement, document_fromstring
from trafilatura.core import bare_extraction
from trafilatura.settings import DEFAULT_CONFIG, Document, Extractor

from monitor.stages.extract import authors, problem
from monitor.stages.extract.blocks import Block, blocks_of
from monitor.stages.extract.loose import FRAMES as _FRAMES
from monitor.stages.extract.loose import drop_boxes, loose_text, wrap_loose_text
from monitor.stages.extract.source import SENTENCE_END, one_line, plain, text_of, weight_of
from monitor.stages.extract.title import same

_POINTER = re.compile(
    r"^(?:read (?:also|more|next)|see also|more on this|also read|don't miss|related(?: articles?| stories| news"
    r"| coverage)?)\s*[:|-]"
    r"|^(?:lesen sie (?:auch|hier|mehr|dazu)|mehr (?:zum thema|dazu|lesen)|das könnte sie auch|lesetipp"
    r"|auch interessant|passend zum thema)\b"
    r"|^(?:à lire aussi|lire aussi|lee también|te puede interesar|leggi anche|lees ook|les også|læs også|läs också"
    r"|czytaj (?:więcej|też|także)|читайте также)\b"
    r"|^(?:相关阅读|相關閱讀|延伸阅读|延伸閱讀|更多阅读|推荐阅读|関連記事)",
    re.IGNORECASE,
)
_CHROME = re.compile(
    r"^(?:advertise?ments?|anzeige|werbung|publicité|publicidad|pubblicità|advertentie|reklama|реклама|广告|廣告|広告"
    r"|sponsored(?: content)?"
    r"|share(?: this)?(?: (?:article|story|post|on))?|teilen|compartir|partager|condividi|分享(?:到|至)?|copy link"
    r"|link copied|print|drucken|print this (?:page|article)"
    r"|comments?|kommentare|leave a (?:reply|comment)|no comments(?: yet)?|loading\W*|read more|mehr lesen"
    r"|weiterlesen|continue reading|show more|click here"
    r"|follow us|subscribe|sign up|log ?in|menu|skip to (?:content|main content)|back to top|next article"
    r"|previous article|tags?|topics?|"
    r"image|photo|video|source|quelle|getty images|reuters|afp|ap photo|popular|trending|most read"
    r"|recommended(?: stories)?|more (?:stories|news|from .{2,40})|newsletter"
    r"|story continues below(?: advertisement)?|article continues (?:below|after).{0,30}|recommended stories"
    r"|editors?['’]? picks?)\s*[:.!]?$",
    re.IGNORECASE,
)
_SHARE_ROW = re.compile(
    r"^(?:share|teilen|compartir|partager|condividi|分享)\b.{0,60}(?:facebook|twitter|whatsapp|linkedin|telegram"
    r"|e-?mail|x\b|微信|微博)",
    re.IGNORECASE,
)
_TAIL_HEAD = re.compile(
    r"^(?:articles? you may (?:also )?like|you (?:may|might) also (?:like|be interested)|related (?:articles?"
    r"|stories|posts|news|content|topics|reading)|recommended(?: for you| reading| stories)?"
    r"|more (?:from|on|stories|in|about)\b.{0,60}|read (?:more|next|also)|leave a (?:reply|comment)"
    r"|comments?(?: \(\d+\))?|\d+ comments?|join the conversation|about the authors?|over de auteur|über den autor"
    r"|mehr zum thema|das könnte (?:sie|dich) auch interessieren|weitere (?:artikel|themen|meldungen)"
    r"|auch interessant|lesen sie auch|kommentare|latest (?:news|stories)|popular(?: posts)?|trending(?: now)?"
    r"|top stories"
    r"|sign up (?:for|to)\b.{0,60}|subscribe to\b.{0,60}|get our\b.{0,60}newsletter.{0,30}"
    r"|相关(?:阅读|新闻|文章"
    r"|推荐)|延伸阅读|热门(?:文章|推荐)|关联阅读|推荐阅读|関連記事|おすすめ情報"
    r"|follow us on\b.{0,60}|references|footnotes)\s*:?$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^[(\[（]?(?:photo(?:graph)?|image|picture|foto|bild|graphic|illustration|grafik|quelle|source|credits?|图片?|圖|摄影"
    r"|来源|图源)(?: (?:by|credits?|courtesy|source|copyright))?\s*[:：/©]"
    r"|^\W{0,3}©|^[^.!?]{2,60}/(?:getty images|reuters|afp|ap|dpa|shutterstock|imago)\W{0,2}$|\((?:image|photo"
    r"|picture) credits?:[^)]*\)$",
    re.IGNORECASE,
)
_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日"
    r"|\d{1,2}\.?\s+[^\W\d]{3,10}\.?,?\s+\d{4}|[^\W\d]{3,10}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})"
)
_STAMP = re.compile(
    r"^(?:(?:published|updated|last updated|posted|first published|veröffentlicht|aktualisiert|stand|erstellt|publié"
    rf"|publicado|modified|发布时间|发布于|时间)\b\W{{0,3}})?.{{0,14}}{_DATE}.{{0,40}}$",
    re.IGNORECASE,
)
_TIME = r"(?:(?:at|um|à|alle|às|kl)\b\.?)?\s*\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?[ap]\.?m\.?)?(?:\s?Uhr)?(?:\s?\(?[A-Z]{2,5}\)?)?"
# who, then when, and nothing after that: "Harbour reporter, 2 June 2026, 11:40 UTC | 3 min read"
_SIGNED_STAMP = re.compile(
    rf"^(?![\"'“„«‘])[^.!?。！？]{{2,70}}?\s*[,，、|·•/—–:-]\s*(?:[^\W\d]{{2,12}}\.?,?\s+)?{_DATE}"
    rf"(?:[\s,|·•–-]{{0,3}}{_TIME})?(?:\s*[|·•]\s*[^.!?]{{2,24}})?$",
    re.IGNORECASE,
)
_SPARE = 40  # characters by which a repeated title may be longer in blanks and marks
_LINE = re.compile(r"\n|</p>|<br\s{0,9}/?>", re.IGNORECASE)
_MAX_STATED = 200_000
_KICKER_WORDS = 3
_KICKER = 30  # weighted characters of a section's name
_CRUMB = 40  # characters of a list item before the first paragraph: bread crumbs, sections
_MIN_SHARE = 0.55
_MIN_SHORT_SHARE = 0.35  # of the page's text outside links, or of what reads like running text anywhere on it
_SHORT_TEXT = 350
_MIN_RUNNING = 50
_PIECES = ("p", "li", "dd", "pre", "blockquote", "center", *_FRAMES)
_MARKS = ("class", "id", "style", "role", "aria-hidden", "data-component")
_TRAFILATURA_LIMIT = 100_000_000


def extract(tree: HtmlElement, url: str | None) -> Sequence[Block]:
    """The blocks of running text on a pruned page; *tree* is used up.

    First the element that holds most of the paragraphs, alone; else the whole page by rules; else with comparison.
    """
    sizes = {p: n_chars for p in tree.iter("p") if (n_chars := _running_chars(p))}
    loose = {e: n_chars for e in tree.iter(*_FRAMES) if (n_chars := _running_chars(e))}
    if sum(loose.values()) > sum(sizes.values()):  # a page that knows no paragraphs
        sizes |= loose
    container = _container(sizes)
    blocks: list[Block] = []
    if container is not None and container not in loose:
        drop_boxes(container)
    if container is not None:
        n_container = sum(sizes.get(e, 0) for e in container.iter("p", *_FRAMES))
        blocks = _run(_alone(container, is_loose=container in loose), url, is_fast=True, is_alone=True)
        n_found = size_of(blocks)
        is_enough = n_found >= _SHORT_TEXT or n_found >= _MIN_SHORT_SHARE * min(
            _unlinked_chars(tree), _sentence_chars(tree)
        )
        if is_enough and n_container >= _MIN_SHARE * sum(sizes.values()) and n_found >= 0.8 * n_container:
            return blocks
    quick = _run(tree, url, is_fast=True)
    if size_of(quick) >= max(_SHORT_TEXT, size_of(blocks), _MIN_SHARE * sum(sizes.values())):
        return quick
    return max((quick, _run(tree, url, is_fast=False), blocks), key=size_of)


def _unlinked_chars(tree: HtmlElement) -> int:
    """Characters of the page's text outside links."""
    return weight_of(text_of(tree)) - sum(weight_of(text_of(a)) for a in tree.iter("a", "title"))


def _sentence_chars(tree: HtmlElement) -> int:
    """Characters of the pieces of text on the page that end like a sentence, whatever element they stand in."""
    n_chars = 0
    for element in tree.iter(*_PIECES):
        text = text_of(element) if element.tag == "p" else one_line(" ".join(loose_text(element)))
        if weight_of(text) >= _MIN_RUNNING and SENTENCE_END.search(text):
            n_chars += weight_of(text)
    return n_chars


def _running_chars(element: HtmlElement) -> int:
    """Characters of running text in a paragraph, or loose in a frame: enough in number and not mostly links."""
    text = text_of(element) if element.tag == "p" else one_line(" ".join(loose_text(element)))
    n_chars = weight_of(text)
    if n_chars < _MIN_RUNNING:
        return 0
    links = element.iter("a") if element.tag == "p" else element.iterchildren("a")
    return n_chars if sum(len(text_of(a)) for a in links) < 0.5 * len(text) else 0


def _container(sizes: dict[HtmlElement, int]) -> HtmlElement | None:
    """The element that holds the article's paragraphs: best score over parents (1), grandparents (0.5) and so on.

    The decay is that of Arc90's Readability. Then upwards while that adds running text, but never to the body.
    """
    scores: dict[HtmlElement, float] = {}
    for element, n_chars in sizes.items():
        weight = 1.0
        for parent in _holders(element):
            if weight < 0.1 or parent.tag in ("body", "html"):
                break
            scores[parent] = scores.get(parent, 0.0) + n_chars * weight
            weight *= 0.6
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    n_best = _row_chars(best, sizes)
    for parent in list(best.iterancestors())[:6]:
        if parent.tag in ("body", "html") or best.tag == "article" or best.find(".//h1") is not None:
            break
        n_parent = _row_chars(parent, sizes)
        if n_parent > 1.08 * n_best:
            best, n_best = parent, n_parent
    return best


def _holders(element: HtmlElement) -> Iterator[HtmlElement]:
    """What holds a piece of running text, inside out; a frame with loose text holds it itself."""
    if element.tag != "p":
        yield element
    yield from element.iterancestors()


def _row_chars(element: HtmlElement, sizes: dict[HtmlElement, int]) -> int:
    """Characters of running text that has another piece beside it: teasers, one in each card, do not count."""
    rows: dict[HtmlElement, list[int]] = {}
    for piece in element.iter("p", *_FRAMES):
        parent = piece.getparent() if piece.tag == "p" else piece
        n_chars = sizes.get(piece, 0)
        if parent is not None and n_chars:
            rows.setdefault(parent, []).append(n_chars)
    shapes = {(frame.tag, frame.get("class")) for frame, row in rows.items() if len(row) > 1}
    return sum(
        sum(row)
        for frame, row in rows.items()
        if len(row) > 1 or frame in sizes or (frame.tag, frame.get("class")) in shapes
    )


def _alone(container: HtmlElement, *, is_loose: bool) -> HtmlElement:
    """A page with nothing but a copy of *container*, its marks removed: what had a telling name is pruned already."""
    article = deepcopy(container)
    article.tail = None
    for frame in list(article.iter(*_FRAMES)) if is_loose else ():
        wrap_loose_text(frame)
    for p in article.iter("p", "h2", "h3", "h4", "li", "blockquote"):
        wanted = _running_chars(p) > 0 or p.tag != "p"
        for element in (p, *p.iterancestors()) if wanted else ():
            if element.tag in ("aside", "form", "label", "details", "header"):
                element.tag = "div"
            for name in _MARKS:
                element.attrib.pop(name, None)
    article.tag = "article"
    page = document_fromstring("<html><body></body></html>")
    page.find("body").append(article)
    return page


def stated(article: Mapping[str, object]) -> tuple[Block, ...]:
    """The text that the page's JSON-LD gives as the article's (``articleBody``), for pages that do not show it."""
    text = article.get("articleBody")
    if not isinstance(text, str):
        return ()
    lines = (plain(line) for line in _LINE.split(text[:_MAX_STATED]))
    return tuple(Block(kind="p", text=line) for line in lines if line)


def size_of(blocks: Sequence[Block]) -> int:
    """How much text the blocks hold, in weighted characters."""
    return sum(weight_of(block.text) for block in blocks)


def sift(blocks: Sequence[Block], *, titles: Collection[str], standfirst: str | None) -> tuple[str, ...]:
    """The paragraphs of the article itself: no repeated title or standfirst, no pointers, shares, credits, bylines."""
    known = {same(title) for title in titles if title}
    lead = same(standfirst) if standfirst else None
    longest = max(map(len, (*titles, standfirst or ""))) + _SPARE
    kept: list[Block] = []
    is_skipping = False
    for n, block in enumerate(blocks):
        key = same(block.text[:longest])
        if not key or key == lead:
            continue
        if key in known and (n < 6 or block.kind == "head"):
            if n < 6 and not any(SENTENCE_END.search(before.text) for before in kept):
                kept.clear()  # what stands above the headline names the section
            continue
        if not kept and _is_kicker(block) and not all(map(_is_kicker, blocks[n + 1 : n + 3])):
            continue  # three such lines in a row are no kicker but the text
        if kept and _TAIL_HEAD.match(block.text):
            if block.kind == "head" and _is_tail(blocks[n + 1 :]):
                break
            is_skipping = True
            continue
        if not kept and block.kind == "item" and weight_of(block.text) < _CRUMB:
            continue
        is_skipping = is_skipping and not _is_running(block)
        if is_skipping or _is_chrome(block, is_near_top=len(kept) < 3 or n >= len(blocks) - 3):
            continue
        if not (kept and kept[-1].text == block.text):
            kept.append(block)
    while kept and kept[-1].kind == "head":
        kept.pop()
    return tuple(block.text for block in kept)


def _is_tail(rest: Sequence[Block]) -> bool:
    """True if what follows reads like teasers and forms, not like the rest of an article."""
    return sum(len(b.text) for b in rest if len(b.text) > 180 and _is_running(b) and b.kind != "item") < 900


def _is_running(block: Block) -> bool:
    """True for a paragraph of an article, as opposed to a headline in a list of teasers."""
    n_chars = weight_of(block.text)
    return n_chars > 160 or (n_chars > 90 and bool(SENTENCE_END.search(block.text)))


def _is_kicker(block: Block) -> bool:
    """True for the name of a section or series on a line of its own."""
    text = block.text
    return (
        block.kind == "p"
        and weight_of(text) <= _KICKER
        and len(text.split()) <= _KICKER_WORDS
        and not text.endswith(":")
        and not SENTENCE_END.search(text)
    )


def _is_chrome(block: Block, *, is_near_top: bool) -> bool:
    text = block.text
    n_chars = len(text)
    if n_chars > 400:
        return False
    if _CHROME.match(text) or _SHARE_ROW.match(text) or problem.is_prompt(text):
        return True
    if n_chars < 250 and block.kind != "head" and _CREDIT.search(text):
        return True
    is_sentence = bool(SENTENCE_END.search(text))
    if _POINTER.match(text) and (block.n_link_chars > 0.4 * n_chars or not is_sentence) and n_chars < 250:
        return True
    if block.kind != "head" and block.n_link_chars >= 0.85 * n_chars and not is_sentence and block.kind == "p":
        return True
    if is_near_top and n_chars < 120 and not is_sentence and block.kind != "item":
        is_dated = bool(_STAMP.match(text)) or (block.kind != "head" and bool(_SIGNED_STAMP.match(text)))
        return is_dated or authors.is_byline(text)
    return False


def _run(tree: HtmlElement, url: str | None, *, is_fast: bool, is_alone: bool = False) -> list[Block]:
    options = Extractor(
        config=DEFAULT_CONFIG, output_format="python", fast=is_fast, comments=False, links=True, url=url
    )
    if is_alone:
        options.min_extracted_size = 1  # a short article is no reason to look for text elsewhere
    document = bare_extraction(tree, url=url, options=options)
    if not isinstance(document, Document) or document.body is None:
        return []
    return blocks_of(document.body)
