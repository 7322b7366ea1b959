"""Bar rows."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Trend
from monitor.render.charts import describe_trend, mail_bars, svg_bars, text_bars
from tests.render.editions import trend

COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=28)


def _days(counts: list[tuple[int, int]]) -> tuple[Trend, ...]:
    return tuple(Trend(day=f"2026-09-{at + 1:02}", n_articles=a, n_facts=f) for at, (a, f) in enumerate(counts))


@given(COUNTS)
def test_svg_is_well_formed_and_every_bar_stays_inside(counts: list[tuple[int, int]]) -> None:
    root = ET.fromstring(svg_bars(_days(counts)))
    bars = root.findall("rect")
    assert len(bars) == 2 * len(counts)
    assert all(float(bar.attrib["y"]) >= 0 for bar in bars)
    assert all(float(bar.attrib["x"]) + float(bar.attrib["width"]) <= float(root.attrib["width"]) for bar in bars)


def test_svg_tells_its_figures_in_words() -> None:
    root = ET.fromstring(svg_bars(trend("00000000000012", "00000000000003")))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == ("Last 14 days: 3 articles, 3 new facts; most on 4 Sep (2 articles).")


def test_the_highest_bar_fills_its_row_and_a_single_article_is_still_seen() -> None:
    root = ET.fromstring(svg_bars(trend("z1000000000000", "00000000000000")))
    assert [bar.attrib["height"] for bar in root.findall("rect")][:3] == ["20", "2", "1"]


def test_mail_bars_are_tables_without_svg() -> None:
    markup = mail_bars(trend("01234567899999", "00000000000001"))
    assert "<svg" not in markup
    assert markup.count('role="presentation"') == 29
    ET.fromstring(markup)


def test_text_bars_scale_to_the_greatest_value() -> None:
    assert text_bars([0, 1, 4, 8]) == "·▂▅█"


def test_no_days_draw_nothing() -> None:
    assert svg_bars(()) == ""
    assert mail_bars(()) == ""
    assert describe_trend(()) == "No figures yet."
