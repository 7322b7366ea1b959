"""Hostile text in every field that a publisher fills, in every format a browser or mail program shows: nothing happens.

Ten payloads share a page. ``MONITOR_XSS=all`` takes every payload; the default is a sample.
"""

from __future__ import annotations

import email
import email.policy
import html
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from monitor.model import Edition
from monitor.render import plan_site, render
from tests.browser.chromium import CHROMIUM, launch
from tests.render.editions import edition, hostile_edition, topic
from tests.render.payloads import ADDRESSES, TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]

A_PAGE = 10
WANTED = TEXTS if os.environ.get("MONITOR_XSS") == "all" else TEXTS[::11]
PAGES = [WANTED[at : at + A_PAGE] for at in range(0, len(WANTED), A_PAGE)]
SPIES = "window.addEventListener('securitypolicyviolation', (e) => console.log('CSP ' + e.blockedURI + e.violatedDirective))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch() as running:
        yield running


def poisoned(texts: tuple[str, ...]) -> Edition:
    """An edition whose every text is a payload, each payload once in every place."""
    made = [hostile_edition(text, ADDRESSES[at % len(ADDRESSES)]) for at, text in enumerate(texts)]
    stories = [
        replace(story, id=f"{at}-{number}-{story.id}")
        for at, one in enumerate(made)
        for number, story in enumerate(one.stories)
    ]
    return edition(
        replace(topic(*stories, title=texts[0]), trend=()),
        title=texts[0],
        bottom_line=tuple(line for one in made for line in one.bottom_line),
        dropped=tuple(drop for one in made for drop in one.dropped),
        troubles=tuple(trouble for one in made for trouble in one.troubles),
        remarks=texts,
    )


def documents(made: Edition) -> dict[str, bytes]:
    """Everything that may be shown: each kind of page, the mail, what a feed reader sets from the Atom feed."""
    files = {file.path: file.make() for file in plan_site(made, (), {}) if file.path.endswith(".html")}
    first_story = next(path for path in files if "/stories/" in path)
    kept = {path: body for path, body in files.items() if "/stories/" not in path or path == first_story}
    message = email.message_from_bytes(render(made, "email"), policy=email.policy.default)
    kept["mail"] = message.get_body(("html",)).get_content().encode()
    contents = [
        node.text or "" for node in ET.fromstring(render(made, "atom")).iter("{http://www.w3.org/2005/Atom}content")
    ]
    titles = [
        html.escape(node.text or "")
        for node in ET.fromstring(render(made, "atom")).iter("{http://www.w3.org/2005/Atom}title")
    ]
    kept["feed"] = ("<!doctype html><title>feed</title>" + "".join([*titles, *contents])).encode()
    return kept


@pytest.mark.parametrize("texts", PAGES, ids=lambda texts: str(WANTED.index(texts[0])))
def test_no_payload_runs_or_loads_anything(browser: Any, tmp_path: Path, texts: tuple[str, ...]) -> None:
    context = browser.new_context()
    context.add_init_script(SPIES)
    page = context.new_page()
    events: list[str] = []
    own: set[str] = set()
    page.on("dialog", lambda dialog: (events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: request.url in own or events.append(f"request {request.url}"))
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("framenavigated", lambda frame: frame.url in own or events.append(f"went to {frame.url}"))
    for number, (name, body) in enumerate(documents(poisoned(texts)).items()):
        path = tmp_path / f"{number}.html"
        path.write_bytes(body)
        own.add(path.as_uri())
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        bad = page.evaluate(
            "[...document.querySelectorAll('script,img,iframe,object,embed,link[rel~=stylesheet],base,form,input,video')].length"
            " + [...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name))).length"
            " + [...document.querySelectorAll('[href]')].filter((e) => !/^(https?:|file:)/i.test(e.href)).length"
        )
        assert (name, bad, events) == (name, 0, [])
    context.close()
