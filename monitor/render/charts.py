"""Small bar rows of articles and new facts a day: SVG for pages, table cells for mail, block characters for text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from monitor.model import Trend
from monitor.render.words import plural, short_day

_STEP, _BAR, _ROW, _GAP, _LABEL = 15, 11, 20, 8, 76
_MAIL_HEIGHT = 20
_BLOCKS = "▁▂▃▄▅▆▇█"
_ROWS = (("articles", "a", "#a8a295"), ("new facts", "f", "#9c2f24"))


def describe_trend(trend: Sequence[Trend]) -> str:
    """The chart in one sentence, for those who do not see it; an empty *trend* has the sentence ``No figures yet.``."""
    if not trend:
        return "No figures yet."
    n_articles, n_facts = sum(day.n_articles for day in trend), sum(day.n_facts for day in trend)
    busiest = max(trend, key=lambda day: (day.n_articles, day.day))
    return (
        f"Last {plural(len(trend), 'day')}: {plural(n_articles, 'article')}, {plural(n_facts, 'new fact')}; "
        f"most on {short_day(date.fromisoformat(busiest.day))} ({plural(busiest.n_articles, 'article')})."
    )


def svg_bars(trend: Sequence[Trend]) -> str:
    """Two rows of bars as an inline SVG element, each on its own scale; ``""`` for an empty *trend*.

    All of its text is made here from numbers and dates, so nothing foreign gets in. Colours stand in the
    attributes for readers without style sheets; classes ``a``, ``f`` and ``l`` let a page recolour it.
    """
    if not trend:
        return ""
    left, right = _LABEL, _LABEL + len(trend) * _STEP
    width, height = right + 34, 2 * _ROW + _GAP + 16
    rows = []
    for row, (label, name, colour) in enumerate(_ROWS):
        base = row * (_ROW + _GAP) + _ROW
        values = _values(trend, row)
        rows += [_svg_text(0, base, label), _svg_text(right + 4, base, f"{values[-1]:,}")]
        for at, (value, size) in enumerate(zip(values, _heights(values, _ROW), strict=True)):
            faint = "" if value > 0 else ' opacity=".35"'
            place = f'x="{left + at * _STEP}" y="{base - size}" width="{_BAR}" height="{size}"'
            rows.append(f'<rect class="{name}" {place} fill="{colour}"{faint}/>')
    first, last = (short_day(date.fromisoformat(trend[at].day)) for at in (0, -1))
    days = (
        _svg_text(left, height - 4, first, size=10),
        _svg_text(right - _STEP + _BAR, height - 4, last, size=10, end=True),
    )
    return (
        f'<svg class="bars" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'aria-label="{describe_trend(trend)}">{"".join(rows)}{"".join(days)}</svg>'
    )


def mail_bars(trend: Sequence[Trend]) -> str:
    """The same rows as nested tables with heights in pixels, which every mail client draws (no SVG there)."""
    if not trend:
        return ""
    rows = []
    for row, (label, _, colour) in enumerate(_ROWS):
        values = _values(trend, row)
        cells = "".join(_mail_cell(size, colour) for size in _heights(values, _MAIL_HEIGHT))
        name, last = _mail_label(label, "padding-right:8px"), _mail_label(f"{values[-1]:,}", "padding-left:4px")
        rows.append(f"<tr>{name}{cells}{last}</tr>")
    return f'<table role="presentation" cellpadding="0" cellspacing="2">{"".join(rows)}</table>'


def text_bars(values: Sequence[int]) -> str:
    """One block character a value, scaled to the greatest; a blank dot for zero."""
    top = max(values, default=0)
    return "".join("·" if value <= 0 else _BLOCKS[round((len(_BLOCKS) - 1) * value / top)] for value in values)


def _values(trend: Sequence[Trend], row: int) -> list[int]:
    return [day.n_articles if row == 0 else day.n_facts for day in trend]


def _heights(values: Sequence[int], full: int) -> list[int]:
    """Pixels for each value: the greatest gets *full*, any other at least 2 to be seen, zero a hairline of 1."""
    top = max(values, default=0)
    return [1 if value <= 0 else max(2, round(full * value / top)) for value in values]


def _svg_text(x: int, y: int, text: str, *, size: int = 12, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return f'<text class="l" x="{x}" y="{y}" font-size="{size}" fill="#6b655a"{anchor}>{text}</text>'


def _mail_label(text: str, padding: str) -> str:
    style = f"font-size:12px;line-height:14px;color:#6b655a;{padding}"
    return f'<td class="m" style="{style}" valign="bottom">{text}</td>'


def _mail_cell(size: int, colour: str) -> str:
    bar = f'<td bgcolor="{colour}" width="9" height="{size}" style="font-size:0"></td>'
    table = f'<table role="presentation" cellpadding="0" cellspacing="0"><tr>{bar}</tr></table>'
    return f'<td valign="bottom" height="{_MAIL_HEIGHT + 4}">{table}</td>'
