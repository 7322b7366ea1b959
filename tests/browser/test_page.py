"""The pages in a real browser: nothing runs, nothing is fetched, nothing sticks out, everything can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.deliver import Press, open_channel
from monitor.model import ChannelAddress, Edition
from monitor.render import plan_site, render
from tests.browser.chromium import CHROMIUM, launch
from tests.render.editions import HOSTILE, empty_edition, hostile_edition, sample_edition

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]

# WCAG 2.2, 1.4.3: the contrast of each text node's colour against the nearest opaque background.
CONTRAST = """() => {
  const light = (c) => { const v = c.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255)
    .map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const back = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (c !== 'rgba(0, 0, 0, 0)') return c; } return 'rgb(255, 255, 255)'; };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = [];
  for (let n; (n = walk.nextNode());) {
    if (!n.data.trim()) continue;
    const e = n.parentElement, s = getComputedStyle(e);
    const a = light(e instanceof SVGElement ? s.fill : s.color), b = light(back(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push([n.data.trim().slice(0, 40), ratio]); }
  return bad; }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch() as running:
        yield running


def open_page(browser: Any, path: Path, *, width: int = 400, scheme: str = "light") -> tuple[Any, list[str]]:
    """The page, and the addresses it asked for beside its own."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(path.as_uri())
    return page, [url for url in asked if url != path.as_uri()]


def write(folder: Path, edition: Edition) -> Path:
    path = folder / "page.html"
    path.write_bytes(render(edition, "html"))
    return path


@pytest.mark.parametrize("width", [320, 400, 1200])
def test_no_page_of_the_folder_scrolls_sideways(browser: Any, tmp_path: Path, width: int) -> None:
    channel = open_channel(
        ChannelAddress(kind="html", target="."), base=tmp_path, press=Press(render=render, plan_site=plan_site)
    )
    channel.send(sample_edition(), history=(), key="k")
    kinds = {(path.parent.name, "dropped" in path.name): path for path in sorted(tmp_path.rglob("*.html"))}
    assert len(kinds) == 5
    for path in kinds.values():
        page, asked = open_page(browser, path, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert asked == []
        page.context.close()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_runs_nothing_and_fetches_nothing(browser: Any, tmp_path: Path, text: str) -> None:
    page, asked = open_page(browser, write(tmp_path, hostile_edition(text)))
    assert asked == []
    assert page.evaluate("document.scripts.length + document.images.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("edition", [sample_edition(), empty_edition()], ids=["usual", "empty"])
def test_all_text_has_the_contrast_that_wcag_asks_for(
    browser: Any, tmp_path: Path, edition: Edition, scheme: str
) -> None:
    page, _ = open_page(browser, write(tmp_path, edition), scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.evaluate(CONTRAST) == []


def test_running_text_is_at_most_75_characters_wide_on_a_desk(browser: Any, tmp_path: Path) -> None:
    page, _ = open_page(browser, write(tmp_path, sample_edition()), width=1200)
    assert page.evaluate("document.querySelector('main').clientWidth") <= 720


def test_print_shows_what_is_folded_on_the_screen(browser: Any, tmp_path: Path) -> None:
    page, _ = open_page(browser, write(tmp_path, sample_edition()), width=800)
    known = page.get_by_text("The northern plant makes 30,000 wafers a month.")
    assert not known.is_visible()
    page.emulate_media(media="print")
    assert known.is_visible()


def test_keyboard_reaches_the_news_by_the_skip_link(browser: Any, tmp_path: Path) -> None:
    page, _ = open_page(browser, write(tmp_path, sample_edition()))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the news"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
