"""What is particular to one format."""

from __future__ import annotations

import email
import email.policy
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from monitor.errors import RenderError
from monitor.model import BottomLine
from monitor.render import Envelope, SiteLinks, render
from monitor.render.lines import COLUMNS, text_width
from monitor.render.templating import escape_markdown, markdown_link
from monitor.render.view import arrange, make_anchor
from tests.render.editions import HOSTILE, edition, empty_edition, hostile_edition, sample_edition, story, topic

ATOM = "{http://www.w3.org/2005/Atom}"
CONTRACT = {
    "": {"id", "title", "from", "to", "reading_minutes", "topics", "ledger"},
    "topic": {"id", "title", "stories"},
    "story": {
        "id",
        "headline",
        "status",
        "first_seen",
        "outlets",
        "independent",
        "new",
        "known",
        "changed",
        "articles",
    },
    "new": {"text", "article", "outlet"},
    "known": {"text", "source"},
    "source": {"kind", "id", "title", "url"},
    "changed": {"what", "old", "new", "old_source", "new_source"},
    "article": {"url", "title", "outlet", "published", "language", "role"},
    "ledger": {"fetched", "shown", "duplicate", "known", "off_topic", "failed", "feeds_failing"},
}


def test_json_has_every_key_of_the_contract() -> None:
    document = json.loads(render(sample_edition(), "json"))
    item = document["topics"][0]["stories"][0]
    parts = {
        "": document,
        "topic": document["topics"][0],
        "story": item,
        "new": item["new"][0],
        "known": item["known"][0],
        "source": item["known"][0]["source"],
        "changed": item["changed"][0],
        "article": item["articles"][0],
        "ledger": document["ledger"],
    }
    assert {name: keys - parts[name].keys() for name, keys in CONTRACT.items()} == {name: set() for name in CONTRACT}


def test_json_gives_back_what_the_edition_says() -> None:
    document = json.loads(render(sample_edition(), "json"))
    item, meant = document["topics"][0]["stories"][0], sample_edition().topics[0].stories[0]
    assert (document["from"], document["to"]) == ("2026-09-03T05:00:00Z", "2026-09-04T05:00:00Z")
    assert (item["status"], item["outlets"], item["independent"]) == ("update", 5, 3)
    assert [sentence["text"] for sentence in item["new"]] == [sentence.text for sentence in meant.new]
    assert [sentence["article"] for sentence in item["new"]] == [sentence.url for sentence in meant.new]
    assert [article["role"] for article in item["articles"]] == ["lead", "reports", "reports", "copy", "copy"]
    assert (item["changed"][0]["old"], item["changed"][0]["new"]) == ("600,000", "805,000")


def test_page_is_under_80_kb_and_asks_for_nothing() -> None:
    page = render(sample_edition(), "html", site=SiteLinks(archive="../index.html", dropped="x-dropped.html"))
    assert len(page) < 80_000
    assert b"url(" not in page
    assert b"@import" not in page
    assert b"src=" not in page


def test_a_full_edition_stays_under_80_kb_as_page_and_as_mail() -> None:
    chips, rules, quiet = sample_edition().topics
    plant, brief = chips.stories[0], chips.stories[-1]
    stories = [replace(plant, id=f"p{at}") for at in range(5)] + [replace(brief, id=f"b{at}") for at in range(10)]
    full = edition(replace(chips, stories=tuple(stories)), rules, quiet, troubles=sample_edition().troubles)
    mail = email.message_from_bytes(render(full, "email"), policy=email.policy.default).get_body(("html",))
    assert mail is not None
    assert len(render(full, "html")) < 80_000
    assert len(mail.get_content().encode()) < 80_000


def test_page_order_is_top_fact_bottom_line_stories_brief_record_ledger() -> None:
    page = render(sample_edition(), "html").decode()
    marks = ["<h1", "Bottom line", 'id="story-plant"', 'id="in-brief"', 'id="official-record"', "What was checked"]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_counts_line_reads_as_promised() -> None:
    counts = arrange(edition(topic(story(1), story(2)))).counts
    assert counts == "2 new facts in 2 stories · 212 articles checked · 4 min"


def test_the_top_fact_is_not_repeated_in_the_bottom_line() -> None:
    view = arrange(sample_edition())
    assert view.top.tag == "CHANGED"
    assert view.top.text not in [point.text for point in view.points]


def test_a_long_bottom_line_leaves_the_top_to_the_headline() -> None:
    made = edition(topic(story(1)), bottom_line=(BottomLine(tag="NEW", text="long " * 60, story_id="s1"),))
    view = arrange(made)
    assert view.top.text == "Firm 1 doubles its output"
    assert len(view.points) == 1


def test_foreign_sentences_carry_their_language() -> None:
    page = render(sample_edition(), "html").decode()
    assert '<span lang="zh">公司预计新生产线将于2027年3月投产' in page


def test_hebrew_runs_from_right_to_left() -> None:
    item = story(1)
    made = edition(topic(replace(item, new=(replace(item.new[0], text="שלום", language="he"),))))
    assert '<span lang="he" dir="rtl">שלום</span>' in render(made, "html").decode()


def test_sources_are_numbered_from_the_lead_and_the_rest_summed_up() -> None:
    view = arrange(sample_edition()).sections[0].stories[0]
    assert [(source.number, source.name) for source in view.sources] == [(1, "Morning Ledger"), (2, "半导体日报")]
    assert [fact.source.number for fact in view.facts] == [1, 1, 2]
    assert view.also == "also 3 outlets, 3 of 5 independent"


def test_anchors_stay_and_keep_odd_ids_apart() -> None:
    assert make_anchor("story", "a1.b-2") == "story-a1.b-2"
    assert make_anchor("story", "a b") != make_anchor("story", "a_b ")
    assert re.fullmatch(r"story-[\w.-]+", make_anchor("story", 'x" y/了'))


def test_text_lines_fit_78_columns_but_for_addresses() -> None:
    for made in (sample_edition(), *(hostile_edition(text) for text in HOSTILE)):
        lines = render(made, "text").decode().splitlines()
        assert [line for line in lines if text_width(line) > COLUMNS and not line.startswith("[")] == []


def test_every_footnote_mark_has_its_footnote() -> None:
    text = render(sample_edition(), "text").decode()
    notes = re.findall(r"^\[(\d+)\] http", text, re.MULTILINE)
    assert notes == [str(number) for number in range(1, len(notes) + 1)]
    assert set(re.findall(r"\[(\d+)\]", text)) == set(notes)


def test_markdown_specials_are_escaped_wherever_they_stand() -> None:
    assert escape_markdown("a*b_c <i> [x](y) & #") == r"a\*b\_c \<i\> \[x\]\(y\) \& \#"
    assert escape_markdown("- x") == r"\- x"
    assert escape_markdown("12. x") == r"12\. x"


def test_markdown_link_cannot_be_closed_by_its_address() -> None:
    assert markdown_link("x", "https://news.example/a>)b") == "[x](<https://news.example/a%3E)b>)"


def test_mail_has_exactly_the_meant_headers() -> None:
    envelope = Envelope(sender="digest@mail.example", sender_name="The Digest", recipient="reader@mail.example")
    message = email.message_from_bytes(
        render(sample_edition(), "email", envelope=envelope), policy=email.policy.default
    )
    names = [
        "From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Content-Language", "Auto-Submitted",
        "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert list(message.keys()) == names
    assert message["Subject"] == "Eastern Chip plans 805,000 accelerators for 2027, up from 600,000"
    assert message["From"] == "The Digest <digest@mail.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@mail.example>")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.defects == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_subject_adds_no_header(text: str) -> None:
    body = render(hostile_edition(text), "email")
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert list(message.keys()) == [
        "Subject", "Date", "Message-ID", "List-Id", "Content-Language", "Auto-Submitted", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    head = body.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?im)^bcc:", head)
    assert all(len(line) <= 998 for line in body.split(b"\r\n"))


def test_message_id_differs_by_edition_and_recipient_only() -> None:
    def message_id(day: int, recipient: str) -> str:
        made = replace(sample_edition(), id=f"daily/2026-09-{day:02}")
        body = render(made, "email", envelope=Envelope(sender="d@mail.example", recipient=recipient))
        return str(email.message_from_bytes(body, policy=email.policy.default)["Message-ID"])

    ids = [message_id(4, "a@mail.example"), message_id(4, "b@mail.example"), message_id(5, "a@mail.example")]
    assert len(set(ids)) == 3
    assert message_id(4, "a@mail.example") == ids[0]


def test_subject_of_an_empty_edition_names_the_digest() -> None:
    message = email.message_from_bytes(render(empty_edition(), "email"), policy=email.policy.default)
    assert message["Subject"] == "Nothing new: What is new"


def test_mail_uses_nothing_that_mail_clients_drop() -> None:
    part = email.message_from_bytes(render(sample_edition(), "email"), policy=email.policy.default).get_body(("html",))
    assert part is not None
    markup = part.get_content()
    assert not re.search(r"<svg|<img|<script|<link|var\(|display:\s*(flex|grid)|data:", markup)


def test_atom_has_what_rfc_4287_asks_for() -> None:
    older = replace(sample_edition(), id="daily/2026-09-03", to_at=sample_edition().from_at)
    feed = ET.fromstring(render(sample_edition(), "atom", history=(older,)))
    assert all(feed.find(ATOM + name) is not None for name in ("id", "title", "updated", "author"))
    entries = feed.findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "updated") for entry in entries] == ["2026-09-04T05:00:00Z", "2026-09-03T05:00:00Z"]
    assert len({entry.findtext(ATOM + "id") for entry in entries}) == 2


def test_atom_id_of_an_edition_stays_as_the_feed_grows() -> None:
    older = replace(sample_edition(), id="daily/2026-09-03", to_at=sample_edition().to_at - timedelta(days=1))
    alone = ET.fromstring(render(older, "atom"))
    grown = ET.fromstring(render(sample_edition(), "atom", history=(older,)))
    assert alone.findtext(f"{ATOM}entry/{ATOM}id") == grown.findall(f"{ATOM}entry")[1].findtext(f"{ATOM}id")
    assert alone.findtext(ATOM + "id") == grown.findtext(ATOM + "id")


def test_a_template_of_the_users_own_goes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "digest").mkdir()
    (tmp_path / "digest" / "edition.html").write_text("<p>{{ view.top.text }}</p>{% include 'digest/head.html' %}")
    page = render(hostile_edition("<b>"), "html", templates=tmp_path).decode()
    assert page.startswith("<p>&lt;b&gt;</p>")
    assert "charset" in page


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("line\n{% if %}", r"edition\.html:2: "),
        ("line\n\n{{ view.no_such_thing }}", r"edition\.html:3: UndefinedError"),
        ("{{ view.top.__class__.__mro__ }}", r"edition\.html:1: SecurityError"),
        ("{{ 1 / 0 }}", r"edition\.html:1: ZeroDivisionError"),
        ("{% include 'digest/missing.html' %}", r"missing\.html"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path: Path, source: str, problem: str) -> None:
    (tmp_path / "digest").mkdir()
    (tmp_path / "digest" / "edition.html").write_text(source)
    with pytest.raises(RenderError, match=problem):
        render(sample_edition(), "html", templates=tmp_path)


def test_troubles_tell_when_the_feed_was_last_well() -> None:
    assert "503 Service Unavailable; last well on 2 Sep" in render(sample_edition(), "html").decode()
