"""Feeds are put into feeds.yaml and taken out again, and every other byte of the file stays."""

from __future__ import annotations

import os
import stat

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.config import load_settings
from monitor.config.editing import add_feeds, remove_feed
from monitor.config.saving import change_file
from monitor.errors import UsageError
from monitor.model import Feed
from tests.docs.pages import ROOT

RSS = "https://news.example/rss"
FEED = Feed(url=RSS)
LONG = Feed(url="https://a.example/press", title="NO", kind="page", every_s=7_200, links="/p/*", is_enabled=False)


def values(text):
    return YAML(typ="safe", pure=True).load(text)


def feeds_of(text):
    return values(text).get("feeds")


def test_a_feed_goes_behind_the_others_in_the_style_of_the_list():
    text = "feeds:\n    - https://a.example/1   # one\n    - https://a.example/2\n\n# end\ntopics: []\n"
    assert add_feeds(text, [FEED]) == text.replace("example/2\n", f"example/2\n    - {RSS}\n")


def test_feeds_between_blank_lines_stay_so():
    text = "feeds:\n\n  # first\n  - https://a.example/1\n\n  # second\n  - https://a.example/2\n"
    assert add_feeds(text, [FEED]).endswith(f"example/2\n\n  - {RSS}\n")


def test_more_than_an_address_is_a_mapping_with_what_differs():
    added = add_feeds("topics: []\n", [LONG])
    assert added == (
        "topics: []\nfeeds:\n  - url: https://a.example/press\n    title: NO\n    kind: page\n    every: 2h\n"
        '    links: "/p/*"\n    enabled: false\n'
    )
    assert feeds_of(added)[0]["title"] == "NO"


def test_a_list_in_brackets_stays_in_brackets():
    assert add_feeds("feeds: [https://a.example/1, ]\n", [FEED]) == f'feeds: [https://a.example/1, "{RSS}", ]\n'


def test_the_empty_list_of_init_becomes_lines():
    assert add_feeds("feeds: []  # none\ntopics: []\n", [FEED]) == f"feeds:  # none\n  - {RSS}\ntopics: []\n"


def test_a_title_cannot_break_out_of_its_line_or_ask_for_a_variable():
    title = 'A: "B" # c ${HOME}\n  - url: x\u2028'
    (added,) = feeds_of(add_feeds("topics: []\n", [Feed(url=RSS, title=title)]))
    assert added["title"] == title.replace("${", "$${")


@pytest.mark.parametrize(
    "text",
    ["{topics: [], feeds: []}", "feeds: &f\n  - a\nopml: *f\n", "feeds: x\n", "- a\n", "feeds: [a\n", "a: 1\na: 2\n"],
)
def test_a_file_that_cannot_be_changed_safely_is_refused(text):
    with pytest.raises(UsageError):
        add_feeds(text, [FEED])


def test_the_comment_of_a_feed_goes_with_it():
    text = "feeds:\n\n  # about one\n  - a\n\n  # about two\n  - b\n\n  - c\n"
    assert remove_feed(text, 1) == "feeds:\n\n  # about one\n  - a\n\n  - c\n"


def test_the_heading_of_a_group_stays():
    assert remove_feed("feeds:\n  # chips\n  - a\n  - b\n", 0) == "feeds:\n  # chips\n  - b\n"


def test_the_only_feed_leaves_an_empty_list():
    text = "feeds:\n  - a\ntopics: []\n"
    assert remove_feed(text, 0) == "feeds: []\ntopics: []\n"


def test_every_feed_of_the_shipped_file_can_be_removed():
    text = (ROOT / "feeds.yaml").read_text(encoding="utf-8")
    listed = feeds_of(text)
    for number in range(0, len(listed), 7):
        assert feeds_of(remove_feed(text, number)) == listed[:number] + listed[number + 1 :]


# --- add, then remove --------------------------------------------------------------------------------------------

NAMES = st.text("abcxyz ", min_size=1, max_size=8).map(str.strip).filter(bool)
URLS = st.builds("https://{}.example/{}".format, st.text("abc", min_size=1, max_size=5), st.integers(0, 99))
COMMENTS = st.sampled_from(["", "# a note\n", "# two\n# lines\n"])
FEEDS = st.builds(
    Feed,
    url=URLS,
    title=st.none() | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(str.strip),
    kind=st.sampled_from(["auto", "page", "search"]),
    every_s=st.none() | st.integers(60, 10**6),
    full_text=st.booleans(),
    is_enabled=st.booleans(),
)


@st.composite
def lists(draw):
    """The lines of a block list in somebody's style, or a list in brackets, or none."""
    form = draw(st.sampled_from(["lines", "lines", "lines", "brackets", "empty", "none"]))
    urls = draw(st.lists(URLS, min_size=1, max_size=4))
    if form == "none":
        return ""
    if form == "empty":
        return f"feeds: {draw(st.sampled_from(['[]', '[ ]', '[]  # none']))}\n"
    if form == "brackets":
        comma = draw(st.sampled_from([", ", ",", " ,  ", ",\n  "]))
        return f"feeds: [{comma.join(urls)}]\n"
    indent = draw(st.sampled_from(["", "  ", "    "]))
    gap = draw(st.sampled_from(["", "\n"]))
    items = []
    for url in urls:
        comment = "".join(f"{indent}{line}\n" for line in draw(COMMENTS).splitlines())
        tail = draw(st.sampled_from(["", "  # why"]))
        if draw(st.booleans()):
            items.append(f"{comment}{indent}- {url}{tail}\n")
        else:
            items.append(f"{comment}{indent}- url: {url}{tail}\n{indent}  title: '{draw(NAMES)}'\n")
    return f"feeds:\n{draw(st.sampled_from(['', gap]))}{gap.join(items)}"


@st.composite
def files(draw):
    before = draw(COMMENTS) + f"topics: [{{id: {draw(st.text('ab', min_size=1, max_size=3))}}}]\n"
    after = draw(st.sampled_from(["", "\n", "\n# the end\n", "store: sqlite:///x.db\n", "\n\n# more\nopml: []\n\n"]))
    text = before + draw(st.sampled_from(["", "\n"])) + draw(lists()) + after
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@settings(max_examples=60, deadline=None)
@given(files(), st.lists(FEEDS, min_size=1, max_size=3))
@example("feeds:\n  - a\n\n  - b\ntopics: []\n", [FEED])
@example("feeds:\n\n  # one\n  - a\n# the end", [FEED, LONG])
@example("topics: []\n\nfeeds: []", [LONG])
def test_adding_and_removing_gives_the_same_bytes(text, feeds):
    n_before = len(feeds_of(text) or [])
    edited = add_feeds(text, feeds)
    assert len(feeds_of(edited)) == n_before + len(feeds)
    for number in range(n_before + len(feeds) - 1, n_before - 1, -1):
        edited = remove_feed(edited, number)
    assert edited == text


@settings(max_examples=40, deadline=None)
@given(files(), st.data())
def test_removing_takes_that_feed_and_nothing_else(text, data):
    listed = feeds_of(text) or []
    if not listed:
        return
    number = data.draw(st.integers(0, len(listed) - 1))
    after = values(remove_feed(text, number))
    assert (after.pop("feeds", None) or []) == listed[:number] + listed[number + 1 :]
    assert after == {key: value for key, value in values(text).items() if key != "feeds"}


@settings(max_examples=60, deadline=None)
@given(feeds=st.lists(FEEDS, min_size=1, max_size=3, unique_by=lambda feed: feed.url))
def test_what_is_added_is_what_the_program_reads(feeds, tmp_path_factory):
    feeds = [feed for feed in feeds if feed.kind != "search" or feed.every_s is None or feed.every_s >= 3_600]
    if any(any(ord(c) < 32 or 127 <= ord(c) < 160 for c in feed.title or "") for feed in feeds):
        return
    path = tmp_path_factory.mktemp("edit") / "feeds.yaml"
    path.write_text(add_feeds("topics: [{id: a}]\n", feeds), encoding="utf-8", newline="")
    read = load_settings(path, env={}).feeds
    assert [(feed.url, feed.kind, feed.every_s, feed.full_text, feed.is_enabled) for feed in read] == [
        (feed.url, feed.kind, feed.every_s, feed.full_text, feed.is_enabled) for feed in feeds
    ]


# --- the file ----------------------------------------------------------------------------------------------------


def test_a_changed_file_keeps_its_mode_its_mark_and_its_link(tmp_path):
    real = tmp_path / "real.yaml"
    real.write_bytes(b"\xef\xbb\xbftopics: []\r\n")
    real.chmod(0o640)
    link = tmp_path / "feeds.yaml"
    link.symlink_to(real)
    change_file(link, lambda text: add_feeds(text, [FEED]))
    assert real.read_bytes() == b"\xef\xbb\xbftopics: []\r\nfeeds:\r\n  - " + RSS.encode() + b"\r\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["feeds.yaml", "real.yaml"]


def test_a_refused_change_leaves_the_file_and_no_rest(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("feeds: x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="feeds.yaml"):
        change_file(path, lambda text: add_feeds(text, [FEED]))
    assert path.read_text(encoding="utf-8") == "feeds: x\n"
    assert os.listdir(tmp_path) == ["feeds.yaml"]


def test_a_file_that_somebody_saved_meanwhile_stays_as_they_saved_it(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: []\n", encoding="utf-8")

    def change(text):
        path.write_text("topics: [x]\n", encoding="utf-8")
        return add_feeds(text, [FEED])

    with pytest.raises(UsageError, match="somebody else"):
        change_file(path, change)
    assert path.read_text(encoding="utf-8") == "topics: [x]\n"
    assert os.listdir(tmp_path) == ["feeds.yaml"]
