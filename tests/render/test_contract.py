"""What every format must hold, whatever an edition contains; new formats join through ``RENDERERS``."""

from __future__ import annotations

import email
import email.policy
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from monitor.errors import RenderError
from monitor.model import Edition
from monitor.render import RENDERERS, render, render_dropped
from monitor.render.options import Options
from tests.render.editions import (
    HOSTILE,
    HOSTILE_URLS,
    edition,
    empty_edition,
    hostile_edition,
    huge_edition,
    sample_edition,
    story,
    topic,
)

FORMATS = sorted(RENDERERS)
ACTIVE = {"script", "iframe", "object", "embed", "form", "base", "img", "audio", "video", "math", "foreignobject"}
OUR_LINK = re.compile(r"(https?://|#)")


class _Markup(HTMLParser):
    """Collects the tags, attributes and text of a page as a browser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(format: str, made: Edition) -> str:
    """What a reader finds in *format*: for a mail, the text part and the HTML part, decoded."""
    body = render(made, format)
    if format != "email":
        return body.decode()
    message = email.message_from_bytes(body, policy=email.policy.default)
    parts = (message.get_body((kind,)) for kind in ("plain", "html"))
    return "\n".join(part.get_content() for part in parts if part is not None)


def pages_of(made: Edition) -> list[str]:
    """Every piece of HTML that is made from an edition."""
    message = email.message_from_bytes(render(made, "email"), policy=email.policy.default)
    mail = message.get_body(("html",))
    assert mail is not None
    contents = ET.fromstring(render(made, "atom")).iter("{http://www.w3.org/2005/Atom}content")
    return [
        render(made, "html").decode(),
        render_dropped(made, Options()).decode(),
        mail.get_content(),
        *(content.text or "" for content in contents),
    ]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_still_gives_utf8(format: str, text: str) -> None:
    text_of(format, hostile_edition(text)).encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_brings_no_element_and_no_handler(text: str) -> None:
    for harmless, page in zip(pages_of(hostile_edition("plain")), pages_of(hostile_edition(text)), strict=True):
        markup = _Markup(page)
        assert markup.tags == _Markup(harmless).tags
        assert not ACTIVE.intersection(markup.tags)
        assert not [name for name, _ in markup.attributes if name.startswith("on")]


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_hostile_address_is_never_a_link(url: str) -> None:
    for page in pages_of(hostile_edition("title", url)):
        links = [value for name, value in _Markup(page).attributes if name in ("href", "src", "action")]
        assert all(OUR_LINK.match(link) for link in links), links


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_hostile_address_is_no_link_in_markdown(url: str) -> None:
    assert "](" not in render(hostile_edition("title", url), "markdown").decode()


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"json"}))
@pytest.mark.parametrize("text", HOSTILE)
def test_no_control_or_direction_mark_reaches_a_reader(format: str, text: str) -> None:
    shown = text_of(format, hostile_edition(text))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown)


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_edition_says_so(format: str) -> None:
    shown = text_of(format, empty_edition())
    assert "Nothing new" in shown
    assert "None" not in shown


@pytest.mark.parametrize("format", FORMATS)
def test_a_thousand_stories_are_all_there(format: str) -> None:
    shown = text_of(format, huge_edition())
    assert all(f"Firm {number} doubles" in shown for number in range(1000))


@pytest.mark.parametrize("format", FORMATS)
def test_chinese_is_kept(format: str) -> None:
    assert "长江存储器公司开始量产第四代高带宽内存" in text_of(format, sample_edition()).replace("\n  ", "")


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"atom"}))
def test_every_new_sentence_is_there_word_for_word(format: str) -> None:
    shown = re.sub(r"\s+", "", text_of(format, sample_edition()).replace("\\", "").replace("&#39;", "'"))
    for item in sample_edition().stories:
        assert all(re.sub(r"\s+", "", sentence.text) in shown for sentence in item.new)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_edition_gives_the_same_bytes(format: str) -> None:
    assert render(sample_edition(), format) == render(sample_edition(), format)


@pytest.mark.parametrize("format", FORMATS)
def test_missing_names_and_addresses_are_no_mistake(format: str) -> None:
    bare = story(1)
    item = replace(
        bare,
        new=tuple(replace(sentence, url=None, outlet=None) for sentence in bare.new),
        articles=tuple(
            replace(member, url=None, title=None, outlet=None, published_at=None, language=None)
            for member in bare.articles
        ),
    )
    assert "unnamed source" in text_of(format, edition(topic(item))) or format in ("json", "atom")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(RenderError, match="html, text, markdown, json, email, atom"):
        render(sample_edition(), "pdf")


def test_json_keeps_hostile_text_word_for_word() -> None:
    for text in HOSTILE:
        document = json.loads(render(hostile_edition(text), "json"))
        assert document["topics"][0]["stories"][0]["headline"] == text.replace("\ud800", "\ufffd")
