"""Text that stands in no paragraph: directly in a ``div``, parted by line breaks at most."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

FRAMES = ("div", "section", "article", "main", "td")
_INLINE = frozenset((
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "font", "i", "ins", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "u", "wbr", "ruby", "rb", "rt",
))  # fmt: skip


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


def _open(frame: HtmlElement, position: int, text: str | None) -> HtmlElement:
    run = frame.makeelement("p")
    run.text = text
    frame.insert(position, run)
    return run


def _ends_with_break(run: HtmlElement) -> bool:
    return len(run) > 0 and run[-1].tag == "br" and not (run[-1].tail or "").strip()
