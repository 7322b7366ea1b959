"""Text that stands in no paragraph: directly in a ``div``, parted by line breaks at most."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from monitor.stages.extract.source import SENTENCE_END, text_of, weight_of

FRAMES = ("div", "section", "article", "main", "td")
_INLINE = frozenset((
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "ins", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "u", "wbr", "ruby", "rb", "rt",
))  # fmt: skip

_BOX = 200  # characters of a box between paragraphs
_SENTENCE = 40  # weighted characters of a paragraph beside which a box is one


def loose_text(frame: HtmlElement) -> Iterator[str]:
    """The pieces of text that belong to *frame* itself, inline elements included."""
    if frame.text:
        yield frame.text
    for child in frame:
        if child.tag in _INLINE:
            yield from child.itertext(with_tail=False)
        if child.tail:
            yield child.tail


def wrap_loose_text(frame: HtmlElement) -> None:
    """Put every run of loose text in *frame* into a ``p`` of its own, in place; double line breaks part runs."""
    if not any(piece.strip() for piece in loose_text(frame)):
        return
    children = list(frame)
    run = _open(frame, 0, frame.text)
    frame.text = None
    for child in children:
        tail, child.tail = child.tail, None
        is_break = child.tag == "br" and _ends_with_break(run)
        if child.tag in _INLINE and not is_break:
            run.append(child)
            child.tail = tail
        else:
            if is_break:
                frame.remove(child)
            run = _open(frame, frame.index(child if not is_break else run) + 1, tail)
    for p in [p for p in frame.iterchildren("p") if not len(p) and not (p.text or "").strip()]:
        frame.remove(p)


def drop_boxes(container: HtmlElement) -> None:
    """Remove in place the small marked boxes that stand loose between or after the paragraphs of *container*.

    Where the text is in paragraphs, a short ``div`` with a class and a label, a link or no whole sentence is an offer
    or a pointer. Where there are more than half as many of them as paragraphs, they are text too and stay (the answers
    of an interview, each with a name before it).
    """
    rows: dict[HtmlElement, list[HtmlElement]] = {}
    for frame in container.iter("div", "section", "aside"):
        parent = frame.getparent()
        if parent is not None and frame is not container and _is_box(frame):
            rows.setdefault(parent, []).append(frame)
    for parent, boxes in rows.items():
        paragraphs = [p for p in parent.iterchildren("p") if weight_of(text_of(p)) >= _SENTENCE]
        if paragraphs and len(boxes) <= (len(paragraphs) + 1) // 2:
            start = parent.index(paragraphs[0])
            for box in [box for box in boxes if parent.index(box) > start]:
                box.drop_tree()


def _is_box(frame: HtmlElement) -> bool:
    if not (frame.get("class") or frame.get("id")) or any(child.tag not in _INLINE for child in frame):
        return False
    text = text_of(frame)
    if not 0 < len(text) < _BOX:
        return False
    label = frame[0] if len(frame) and not (frame.text or "").strip() else None
    has_label = label is not None and label.tag in ("a", "b", "strong") and bool((label.tail or "").strip())
    return has_label or not SENTENCE_END.search(text)


def _open(frame: HtmlElement, position: int, text: str | None) -> HtmlElement:
    run = frame.makeelement("p")
    run.text = text
    frame.insert(position, run)
    return run


def _ends_with_break(run: HtmlElement) -> bool:
    return len(run) > 0 and run[-1].tag == "br" and not (run[-1].tail or "").strip()
