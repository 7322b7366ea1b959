"""Every kind of page by the rules of axe-core (WCAG 2.2 AA and good practice), light and dark, and by the keyboard."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.deliver import Press, open_channel
from monitor.model import Abstract, ChannelAddress, Edition
from monitor.render import plan_site, render
from tests.browser.chromium import CHROMIUM, launch
from tests.render.editions import empty_edition, sample_edition

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]
OLDER = replace(sample_edition(), id="daily/2026-09-03", to_at=sample_edition().to_at - timedelta(days=1))
KINDS = {
    "edition": "daily/2026-09-04.html",
    "empty": "daily/2026-09-05.html",
    "dropped": "daily/2026-09-04-dropped.html",
    "story": "daily/stories/plant.html",
    "topic": "daily/topics/cn-chips.html",
    "index": "index.html",
    "mail": "mail.html",
}


def with_abstract(made: Edition) -> Edition:
    first, *rest = made.topics
    story = replace(first.stories[0], abstract=Abstract(text="One line.", cites=(1,)), documents=("91 FR 12345",))
    return replace(made, topics=(replace(first, stories=(story, *first.stories[1:])), *rest), remarks=("A remark.",))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after three editions, and the mail of one."""
    base = tmp_path_factory.mktemp("site")
    newest = replace(empty_edition(), id="daily/2026-09-05", to_at=sample_edition().to_at + timedelta(days=1))
    press = Press(render=render, plan_site=plan_site)
    channel = open_channel(ChannelAddress(kind="html", target="."), base=base, press=press)
    channel.send(newest, history=(with_abstract(sample_edition()), OLDER), key="k")
    message = email.message_from_bytes(render(with_abstract(sample_edition()), "email"), policy=email.policy.default)
    (base / "mail.html").write_text(message.get_body(("html",)).get_content(), encoding="utf-8")
    return base


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation(browser: Any, folder: Path, kind: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(viewport={"width": 800, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto((folder / KINDS[kind]).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    # A mail is set inside the page of a mail program, which has the landmarks.
    rules = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}} if kind == "mail" else {}
    found = axe.Axe().run(page, options=rules).response["violations"]
    context.close()
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize("kind", ["edition", "story", "topic"])
def test_the_keyboard_reaches_every_link_in_reading_order(browser: Any, folder: Path, kind: str) -> None:
    context = browser.new_context(viewport={"width": 800, "height": 900})
    page = context.new_page()
    page.goto((folder / KINDS[kind]).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    n_stops = page.evaluate("document.querySelectorAll('a[href],summary').length")
    place = "[...document.querySelectorAll('a[href],summary')].indexOf(document.activeElement)"
    found = []
    for _ in range(n_stops):
        page.keyboard.press("Tab")
        found.append(page.evaluate(place))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    context.close()
    assert found == list(range(n_stops))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "mail"])
def test_every_page_can_be_read_without_its_style_sheet(browser: Any, folder: Path, kind: str) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900})
    page = context.new_page()
    page.goto((folder / KINDS[kind]).as_uri())
    page.evaluate("document.querySelectorAll('style').forEach((each) => each.remove())")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    context.close()
