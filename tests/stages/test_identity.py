"""Which entries are new, changed or known, over many polls of feeds that behave badly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry, ParsedFeed, SeenEntry
from monitor.stages.identity import MAX_REVISIONS, Arrivals, decide_arrivals, identify, lookup_keys

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
WEEK_S = 604_800


def item(n: int, **changes: object) -> Entry:
    entry = Entry(
        url=f"https://a.example/{n}",
        title=f"Headline number {n}",
        guid=f"id-{n}",
        summary=f"What happened in case {n}.",
        published_at=NOW - timedelta(hours=n % 24),
        position=n,
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


class Poller:
    """A feed over several polls; remembers what arrived as a store would."""

    def __init__(self) -> None:
        self.seen: dict[int, SeenEntry] = {}
        self.is_unstable = False
        self.n_polls = 0

    def poll(self, *entries: Entry, now: datetime = NOW) -> Arrivals:
        identified = identify(ParsedFeed(kind="feed", title=None, entries=entries))
        asked = lookup_keys(identified)
        known = [
            seen
            for seen in self.seen.values()
            if seen.key in asked.keys or seen.link_key in asked.link_keys or seen.text_hash in asked.text_hashes
        ]
        found = decide_arrivals(
            identified,
            known,
            is_first_poll=self.n_polls == 0,
            now=now,
            max_age_s=WEEK_S,
            has_unstable_ids=self.is_unstable,
        )
        self.n_polls += 1
        self.is_unstable = found.has_unstable_ids
        for arrival in found.arrivals:
            seq = arrival.revises or len(self.seen) + 1
            before = self.seen.get(seq)
            assert before is not None or arrival.key not in {seen.key for seen in self.seen.values()}
            self.seen[seq] = SeenEntry(
                seq=seq,
                key=arrival.key,
                link_key=arrival.link_key,
                text_hash=arrival.text_hash,
                revision=before.revision + 1 if before else 1,
            )
        return found


def urls(found: Arrivals) -> list[str | None]:
    return [arrival.entry.url for arrival in found.arrivals]


@pytest.fixture
def poller() -> Poller:
    return Poller()


def test_first_poll_brings_every_entry(poller: Poller) -> None:
    found = poller.poll(item(1), item(2))
    assert urls(found) == ["https://a.example/1", "https://a.example/2"]
    assert found.n_seen == 0


def test_same_document_brings_nothing(poller: Poller) -> None:
    poller.poll(item(1), item(2))
    found = poller.poll(item(1), item(2))
    assert (found.arrivals, found.n_seen) == ((), 2)


def test_reordered_and_shrunk_document_brings_nothing(poller: Poller) -> None:
    poller.poll(item(1), item(2), item(3))
    assert poller.poll(item(3), item(1)).arrivals == ()


def test_new_entry_arrives_alone(poller: Poller) -> None:
    poller.poll(item(1), item(2))
    assert urls(poller.poll(item(3), item(1), item(2))) == ["https://a.example/3"]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://a.example/1",
        "https://www.a.example/1",
        "https://a.example/1?utm_source=rss&fbclid=2",
        "https://a.example/1/",
    ],
)
@pytest.mark.parametrize("has_guid", [True, False])
def test_other_spelling_of_the_link_is_no_new_entry(poller: Poller, spelling: str, has_guid: bool) -> None:
    guid = "id-1" if has_guid else None
    poller.poll(item(1, guid=guid))
    assert poller.poll(item(1, guid=guid, url=spelling)).arrivals == ()


def test_scheme_of_a_guid_that_flips_is_no_new_entry(poller: Poller) -> None:
    poller.poll(item(1, guid="http://a.example/1"))
    assert poller.poll(item(1, guid="https://a.example/1", summary="Rewritten.")).arrivals[0].revises == 1


def test_guids_that_differ_in_the_fragment_only_are_different(poller: Poller) -> None:
    one = item(1, guid="https://a.example/live#1", url="https://a.example/live")
    two = item(2, guid="https://a.example/live#2", url="https://a.example/live")
    assert len(poller.poll(one, two).arrivals) == 2


def test_guid_shared_by_all_entries_is_ignored(poller: Poller) -> None:
    entries = [item(n, guid="same") for n in range(5)]
    assert len(poller.poll(*entries).arrivals) == 5
    assert poller.poll(*entries).arrivals == ()
    assert urls(poller.poll(item(9, guid="same"), *entries)) == ["https://a.example/9"]


def test_link_shared_by_all_entries_is_no_identity(poller: Poller) -> None:
    entries = [item(n, guid=None, url="https://a.example/") for n in range(5)]
    assert len(poller.poll(*entries).arrivals) == 5
    assert poller.poll(*entries).arrivals == ()


def test_new_guid_at_a_shared_link_is_new(poller: Poller) -> None:
    home = "https://a.example/changes"
    poller.poll(*(item(n, url=home) for n in range(4)))
    assert len(poller.poll(*(item(n, url=home) for n in range(4, 8))).arrivals) == 4


def test_feed_of_one_entry_with_one_link_brings_each_new_one(poller: Poller) -> None:
    poller.poll(item(1, url="https://a.example/"))
    assert len(poller.poll(item(2, url="https://a.example/")).arrivals) == 1


def test_entries_without_guid_and_link_are_known_by_their_text(poller: Poller) -> None:
    entries = [item(n, guid=None, url=None) for n in range(3)]
    assert len(poller.poll(*entries).arrivals) == 3
    assert poller.poll(*entries).arrivals == ()


def test_entry_without_anything_is_left_out(poller: Poller) -> None:
    assert poller.poll(Entry(url=None)).arrivals == ()


def test_entry_twice_in_a_document_counts_once(poller: Poller) -> None:
    found = poller.poll(item(1), item(1, position=2), item(1, position=3, summary="The same with another teaser."))
    assert len(found.arrivals) == 1


def test_ids_that_change_with_every_poll_are_found_out(poller: Poller) -> None:
    poller.poll(*(item(n, guid=f"a{n}") for n in range(5)))
    found = poller.poll(*(item(n, guid=f"b{n}") for n in range(5)))
    assert found.has_unstable_ids
    assert found.arrivals == ()


def test_new_entry_of_a_feed_with_unstable_ids_arrives_once(poller: Poller) -> None:
    poller.poll(*(item(n, guid=f"a{n}") for n in range(5)))
    assert urls(poller.poll(*(item(n, guid=f"b{n}") for n in range(6)))) == ["https://a.example/5"]
    assert poller.poll(*(item(n, guid=f"c{n}") for n in range(6))).arrivals == ()


def test_entry_twice_with_other_guids_in_a_feed_with_unstable_ids_counts_once(poller: Poller) -> None:
    poller.poll(*(item(n, guid=f"a{n}") for n in range(10)))
    twice = [item(19, guid="x"), item(19, guid="y")]
    assert len(poller.poll(*(item(n, guid=f"b{n}") for n in range(10)), *twice).arrivals) == 1


def test_changed_text_in_a_feed_with_unstable_ids_is_a_revision(poller: Poller) -> None:
    poller.poll(*(item(n, guid=f"a{n}") for n in range(5)))
    changed = [item(n, guid=f"b{n}", summary="Rewritten." if n == 0 else item(n).summary) for n in range(5)]
    assert [arrival.revises for arrival in poller.poll(*changed).arrivals] == [1]


def test_ids_that_change_are_noticed_though_the_document_moves_on_and_its_texts_change(poller: Poller) -> None:
    poller.poll(*(item(n, guid=f"{n}-1") for n in range(1, 8)))
    found = poller.poll(*(item(n, guid=f"{n}-2", summary=f"Case {n}, again.") for n in range(5, 13)))
    assert found.has_unstable_ids
    assert [arrival.revises is None for arrival in found.arrivals] == [False] * 3 + [True] * 5


def test_many_new_entries_of_a_known_feed_are_a_flood_and_all_arrive(poller: Poller) -> None:
    first = poller.poll(*(item(n) for n in range(300)))
    found = poller.poll(*(item(n) for n in range(300, 501)))
    assert (first.is_flood, found.is_flood, len(found.arrivals)) == (False, True, 201)
    assert not poller.poll(*(item(n) for n in range(501, 701))).is_flood


def test_two_new_guids_at_known_links_do_not_make_ids_unstable(poller: Poller) -> None:
    poller.poll(item(1), item(2))
    changed = [item(n, guid=f"new-{n}", summary="Other text.") for n in (1, 2)]
    assert not poller.poll(*changed).has_unstable_ids


def test_document_of_nothing_but_new_entries_does_not_make_ids_unstable(poller: Poller) -> None:
    poller.poll(*(item(n) for n in range(5)))
    found = poller.poll(*(item(n) for n in range(10, 15)))
    assert (len(found.arrivals), found.has_unstable_ids) == (5, False)


def test_changed_guid_with_same_link_and_text_is_the_same_entry(poller: Poller) -> None:
    poller.poll(*(item(n) for n in range(10)))
    entries = [item(n) for n in range(9)]
    assert poller.poll(*entries, item(9, guid="changed")).arrivals == ()


def test_changed_text_is_a_revision_under_the_old_key(poller: Poller) -> None:
    first = poller.poll(item(1)).arrivals[0]
    found = poller.poll(item(1, summary="Now with more."))
    assert [(arrival.revises, arrival.key) for arrival in found.arrivals] == [(1, first.key)]


def test_changed_content_is_a_revision(poller: Poller) -> None:
    poller.poll(item(1, html="<p>The output is 600,000.</p>"))
    assert poller.poll(item(1, html="<p>The output is 805,000.</p>")).arrivals[0].revises == 1


def test_changed_markup_case_and_punctuation_are_no_revision(poller: Poller) -> None:
    poller.poll(item(1, title="It’s here", html="<p class='a'>One &amp; two</p>"))
    assert poller.poll(item(1, title="IT'S  HERE!", html="<div>One &#38;\n two</div>")).arrivals == ()


def test_changed_date_is_no_revision(poller: Poller) -> None:
    poller.poll(item(1))
    assert poller.poll(item(1, updated_at=NOW)).arrivals == ()


def test_lost_text_is_no_revision(poller: Poller) -> None:
    poller.poll(item(1))
    assert poller.poll(item(1, title=None, summary=None)).arrivals == ()


def test_revisions_of_one_entry_end(poller: Poller) -> None:
    poller.poll(item(1))
    n_arrivals = sum(len(poller.poll(item(1, summary=f"It is {minute} past.")).arrivals) for minute in range(20))
    assert n_arrivals == MAX_REVISIONS


def test_old_entry_is_backfill(poller: Poller) -> None:
    found = poller.poll(item(1, published_at=NOW - timedelta(days=8)), item(2, published_at=NOW - timedelta(days=6)))
    assert [arrival.is_backfill for arrival in found.arrivals] == [True, False]


def test_date_of_change_counts_when_there_is_no_other(poller: Poller) -> None:
    found = poller.poll(item(1, published_at=None, updated_at=NOW - timedelta(days=8)))
    assert found.arrivals[0].is_backfill


def test_first_poll_takes_twenty_undated_entries_as_news(poller: Poller) -> None:
    found = poller.poll(*(item(n, published_at=None) for n in range(25)))
    assert [arrival.is_backfill for arrival in found.arrivals] == [False] * 20 + [True] * 5


def test_later_poll_takes_every_undated_entry_as_news(poller: Poller) -> None:
    poller.poll(item(0))
    found = poller.poll(*(item(n, published_at=None) for n in range(1, 30)))
    assert not any(arrival.is_backfill for arrival in found.arrivals)


def test_revision_of_an_old_entry_is_no_backfill(poller: Poller) -> None:
    old = NOW - timedelta(days=400)
    poller.poll(item(1, published_at=old))
    found = poller.poll(item(1, published_at=old, summary="Rewritten."))
    assert [arrival.is_backfill for arrival in found.arrivals] == [False]


def test_dates_in_the_future_are_not_believed(poller: Poller) -> None:
    near, far = NOW + timedelta(hours=23), NOW + timedelta(hours=25)
    found = poller.poll(item(1, published_at=near), item(2, published_at=far, updated_at=far))
    assert [arrival.entry.published_at for arrival in found.arrivals] == [near, None]
    assert found.arrivals[1].entry.updated_at is None


ENTRIES = st.lists(
    st.builds(
        item,
        st.integers(0, 5),
        guid=st.sampled_from([None, "x", "y", "https://a.example/1", "http://a.example/1#b"]),
        url=st.sampled_from(
            [None, "https://a.example/1", "http://www.a.example/1?utm_source=x", "https://a.example/2"]
        ),
        html=st.sampled_from([None, "<p>a</p>", "<p>b</p>"]),
    ),
    max_size=8,
)


@given(ENTRIES)
def test_any_document_polled_twice_brings_nothing_the_second_time(entries: list[Entry]) -> None:
    poller = Poller()
    poller.poll(*entries)
    assert poller.poll(*entries).arrivals == ()


@given(ENTRIES)
def test_keys_of_one_document_are_different(entries: list[Entry]) -> None:
    identified = identify(ParsedFeed(kind="feed", title=None, entries=tuple(entries)))
    keys = [found.key for found in identified]
    assert len(keys) == len(set(keys))


@given(ENTRIES, ENTRIES)
def test_no_key_arrives_twice_over_polls(one: list[Entry], two: list[Entry]) -> None:
    poller = Poller()
    for entries in (one, two, one, two):
        poller.poll(*entries)
