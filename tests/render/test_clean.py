"""What is taken out of foreign text, links and headers."""

from __future__ import annotations

import email
import email.policy
import unicodedata
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.render.clean import HEADER_LIMIT, clean_header, clean_text, find_language, safe_href
from tests.render.editions import HOSTILE, HOSTILE_URLS

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


def test_clean_text_removes_direction_overrides() -> None:
    assert clean_text("turn \u202edlrow\u202c \u2066x\u2069") == "turn dlrow x"


def test_clean_text_keeps_joiners_that_emoji_and_indic_scripts_need() -> None:
    assert clean_text("👩\u200d🔬 क\u094d\u200dष") == "👩\u200d🔬 क\u094d\u200dष"


@given(ANY_TEXT)
def test_clean_text_is_one_encodable_line_without_controls(text: str) -> None:
    cleaned = clean_text(text)
    assert "\n" not in cleaned
    assert "\r" not in cleaned
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in cleaned)
    assert clean_text(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_hostile_address_is_no_link(url: str) -> None:
    assert safe_href(url) is None


@pytest.mark.parametrize(
    "url", ["https://news.example/a?b=c&d=%20#e", "HTTP://news.example/", "https://例え.example/路"]
)
def test_web_address_stays_as_it_is(url: str) -> None:
    assert safe_href(url) == url


def test_blanks_in_an_address_are_encoded() -> None:
    assert safe_href(" https://news.example/a b ") == "https://news.example/a%20b"


@given(ANY_TEXT)
def test_a_safe_link_starts_with_http_whatever_comes_in(url: str) -> None:
    href = safe_href(url)
    assert href is None or href.lower().startswith(("http://", "https://"))


@given(st.one_of(ANY_TEXT, st.sampled_from(HOSTILE), st.text("=?utf-8qQB_\r\n:@0A ", max_size=80)))
def test_a_cleaned_subject_adds_no_header_of_its_own(text: str) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = clean_header(text)
    message["To"] = "reader@mail.example"
    message.set_content("body")
    names = [name for name, _ in email.message_from_bytes(message.as_bytes(), policy=email.policy.default).items()]
    assert names == ["Subject", "To", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]


@given(ANY_TEXT)
def test_a_cleaned_header_is_one_short_line(text: str) -> None:
    cleaned = clean_header(text)
    assert "=?" not in cleaned
    assert len(cleaned) <= HEADER_LIMIT
    assert cleaned.splitlines() in ([], [cleaned])


def test_language_that_is_no_tag_is_dropped() -> None:
    assert find_language('en" onclick="x') is None


def test_english_needs_no_language_mark() -> None:
    assert find_language("en-GB") is None
    assert find_language("zh-Hant") == "zh-Hant"
