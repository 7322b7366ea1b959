"""The headers on the wire are those that were meant, whatever stands in titles and names.

They are read back by a parser of another make (mailparse, in Rust) than the one that could have written them.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace

import pytest
from fast_mail_parser import parse_email
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.model import Edition
from monitor.render import Envelope, make_message_id, make_subject, render
from monitor.render.clean import HEADER_LIMIT, clean_header
from monitor.render.mail_headers import write_headers
from tests.render.editions import HOSTILE, hostile_edition, sample_edition

NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "Content-Language", "Auto-Submitted",
]  # fmt: skip
_N_PAIRS = int(os.environ.get("MONITOR_TEST_TITLES", "2000")) // 2
"""Each example is a title and a name."""

ENVELOPE = Envelope(
    sender="digest@mail.example", sender_name="Digest", recipient="reader@post.example",
    one_click="https://news.example/unsubscribe/daily/0af3",
)  # fmt: skip
_FRAGMENTS = st.sampled_from([
    *HOSTILE, "\r\n", "\n", "\r", "\x0b", "\u2028", "\x85", "\x00", "=?utf-8?q?", "=0ABcc=3A_x", "?=", "=?utf-8?b?DQpCY2M6IHg=?=",
    "Bcc: victim@target.example", "<victim@target.example>", ", victim@target.example", '"', "\\", "(", ")", ";", ":",
    " ", "  ", "\t", "\ud800", "\u202e", "\U0001f600", "e\u0301", "中文标题", "word" * 60, "=", "?", "_", "\u200b",
])  # fmt: skip
TEXTS = st.lists(st.one_of(_FRAGMENTS, st.text(st.characters(exclude_categories=()), max_size=40)), max_size=8).map(
    "".join
)


def yesterday(edition: Edition) -> Edition:
    return replace(edition, id="daily/2026-09-03", to_at=edition.from_at)


def head_of(edition: Edition, envelope: Envelope = ENVELOPE, history: tuple[Edition, ...] | None = None) -> bytes:
    return write_headers(edition, envelope, (edition, yesterday(edition)) if history is None else history)


def parsed(head: bytes) -> dict[str, list[str]]:
    return dict(parse_email(head + b"\r\nbody\r\n").headers)


@settings(max_examples=_N_PAIRS, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=TEXTS, name=TEXTS)
@example(title="=?utf-8?q?Hi=0ABcc=3A_v=40e=2Eorg?=", name="=?utf-8?q?Hi=0D=0ABcc=3A_v=40e=2Eorg?=")
@example(title="x" * 5_000, name='Last, "First" \\ ' + "é" * 300)
def test_hostile_titles_and_names_change_nothing_but_their_own_value(title, name):
    edition = replace(hostile_edition(title), digest_id="daily")
    head = head_of(edition, replace(ENVELOPE, sender_name=name))
    found = parsed(head)
    assert list(found) == NAMES
    assert all(len(values) == 1 for values in found.values())
    assert found["Subject"] == [make_subject(edition)]
    assert found["From"] == [sender_field(clean_header(name))]
    assert head.isascii()
    assert re.fullmatch(rb"([A-Z][A-Za-z-]+:( [!-~]+)+\r\n( [!-~]+(( [!-~]+)+)?\r\n)*)+", head)
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert re.findall(rb"(?m)^([A-Za-z-]+):", head) == [one.encode() for one in NAMES]


def sender_field(name: str) -> str:
    """What the parser shows for a sender of that name: quotes and encoded words as they are read."""
    if not name:
        return "digest@mail.example"
    if name.isascii() and not re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <digest@mail.example>'
    return f"{name} <digest@mail.example>"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=TEXTS)
def test_a_whole_mail_with_a_hostile_title_is_two_parts_in_short_seven_bit_lines(title):
    body = render(hostile_edition(title), "email", envelope=replace(ENVELOPE, sender_name=title))
    mail = parse_email(body)
    assert len(mail.text_plain) == len(mail.text_html) == 1
    assert mail.attachments == []
    assert body.isascii()
    assert max(map(len, body.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", body)


def test_a_mail_answers_to_the_edition_before_it_and_names_those_before_that():
    editions = [replace(sample_edition(), id=f"daily/2026-09-{day:02}") for day in range(20, 4, -1)]
    found = parsed(head_of(editions[2], history=tuple(editions)))
    ids = [make_message_id(one, ENVELOPE) for one in editions]
    assert found["Message-ID"] == [ids[2]]
    assert found["In-Reply-To"] == [ids[3]]
    assert found["References"] == [" ".join(reversed(ids[3:8]))]


def test_the_first_edition_answers_to_none():
    found = parsed(head_of(sample_edition(), history=(sample_edition(),)))
    assert not {"In-Reply-To", "References"} & found.keys()


def test_unsubscribing_goes_by_mail_to_the_sender_or_where_the_configuration_says():
    plain = replace(ENVELOPE, one_click=None)
    found = parsed(head_of(sample_edition(), plain))
    assert found["List-Unsubscribe"] == ["<mailto:digest@mail.example?subject=unsubscribe%20daily>"]
    assert "List-Unsubscribe-Post" not in found
    found = parsed(head_of(sample_edition(), replace(plain, unsubscribe="leave@mail.example")))
    assert found["List-Unsubscribe"] == ["<mailto:leave@mail.example?subject=unsubscribe%20daily>"]


def test_one_click_is_offered_with_its_address_and_the_post_of_rfc_8058():
    found = parsed(head_of(sample_edition()))
    assert found["List-Unsubscribe"] == [
        "<https://news.example/unsubscribe/daily/0af3>, <mailto:digest@mail.example?subject=unsubscribe%20daily>"
    ]
    assert found["List-Unsubscribe-Post"] == ["List-Unsubscribe=One-Click"]


def test_automatic_answers_are_told_to_stay_away_and_no_precedence_is_claimed():
    found = parsed(head_of(sample_edition()))
    assert found["Auto-Submitted"] == ["auto-generated"]
    assert found["List-Id"] == ["<digest-daily.mail.example>"]
    assert "Precedence" not in found


def test_the_message_id_stays_when_the_name_of_the_sender_changes_and_differs_by_recipient():
    one = make_message_id(sample_edition(), ENVELOPE)
    assert make_message_id(sample_edition(), replace(ENVELOPE, sender_name="Other")) == one
    assert make_message_id(sample_edition(), replace(ENVELOPE, recipient="b@post.example")) != one


def test_an_address_with_other_letters_stands_in_utf8_as_it_is():
    head = head_of(sample_edition(), replace(ENVELOPE, recipient="jörg@post.example"))
    assert "To: jörg@post.example\r\n".encode() in head


@pytest.mark.parametrize("length", [HEADER_LIMIT - 1, HEADER_LIMIT, HEADER_LIMIT + 1, 10_000])
def test_a_long_subject_is_cut_and_folded(length):
    edition = hostile_edition("é" * length)
    head = head_of(edition)
    assert parsed(head)["Subject"] == [make_subject(edition)]
    assert max(map(len, head.split(b"\r\n"))) <= 100
