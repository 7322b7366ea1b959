"""What every store must do, whatever database is behind it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import StoreLockedError
from monitor.model import (
    Arrival,
    Article,
    ArticleKeys,
    ChannelAddress,
    Edition,
    EditionRecord,
    Entry,
    FeedState,
    JudgedArticle,
    JudgedSentence,
    KnownFrom,
    Ledger,
    Mark,
    MarkKind,
    Match,
    OutboxItem,
    OutboxState,
    Outcome,
    Reason,
    Role,
    SeenEntry,
    ShownSentence,
    Story,
    Verdict,
)
from monitor.ports import Store
from monitor.store import open_store

NOW = datetime(2026, 9, 4, 7, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = "https://news.example/rss"
BECAUSE = (Reason(stage="dedup", signal="address", score=1.0, threshold=0.5, against="article:a", passage="Ein Zitat"),)


def state(url: str = FEED, **changes: object) -> FeedState:
    return replace(FeedState(url=url, title="Example News"), **changes)


def arrival(
    key: str, *, published_at: datetime | None = None, text_hash: str | None = None, **changes: object
) -> Arrival:
    entry = Entry(url=f"https://news.example/{key}", title=f"Title {key}", published_at=published_at)
    base = Arrival(entry=entry, key=key, link_key=f"link-{key}", text_hash=text_hash or f"hash-{key}")
    return replace(base, **changes)


def judged(
    name: str, *, outcome: Outcome = Outcome.NEW, at: datetime = NOW, revision: int = 1, **changes: object
) -> JudgedArticle:
    article = Article(
        id=name,
        url=f"https://news.example/{name}?utm=1",
        canonical_url=f"https://news.example/{name}",
        title=f"Title {name}",
        standfirst=None,
        sentences=("First sentence.", "Zweiter Satz 昇腾."),
        starts=(True, False),
        outlet="Example News",
        language="en",
        authors=("A. Writer",),
        published_at=at - HOUR,
        first_seen_at=at,
    )
    verdict = Verdict(
        outcome=outcome,
        matches=(Match(topic_id="chips", score=0.8),),
        because=BECAUSE,
        sentences=(
            JudgedSentence(text="First sentence.", is_novel=True, score=0.25),
            JudgedSentence(
                text="Zweiter Satz 昇腾.",
                is_novel=False,
                score=0.91,
                known_from=KnownFrom(kind="corpus", id="003", text="Second sentence."),
            ),
        ),
    )
    return JudgedArticle(article=article, verdict=replace(verdict, **changes), revision=revision, judged_at=at)


def keys(name: str) -> ArticleKeys:
    return ArticleKeys(
        url_key=f"news.example/{name}", text_hash=f"text-{name}", prints=b"\x01" + bytes(7) + b"\xff" * 8
    )


def story(name: str, *, first: datetime = NOW, last: datetime = NOW) -> Story:
    return Story(id=name, headline=f"Headline {name}", first_seen_at=first, last_seen_at=last)


def save(store: Store, article: JudgedArticle, **options: object) -> int:
    given = {"entry_seq": None, "story": None, **options}
    return store.articles.save_judged(article, keys(article.article.id), **given)


def edition(number: int, *, slot: str | None = None, digest_id: str = "daily") -> EditionRecord:
    made = Edition(
        id=f"{digest_id}/{number}",
        digest_id=digest_id,
        title="What is new",
        from_at=NOW - HOUR,
        to_at=NOW,
        timezone="Europe/Berlin",
        topics=(),
        bottom_line=(),
        ledger=Ledger(fetched=number),
        dropped=(),
        troubles=(),
        n_words=0,
        reading_minutes=0,
    )
    return EditionRecord(edition=made, to_seq=number, waiting=(1, 2), slot=slot, created_at=NOW)


def item(record: EditionRecord, target: str = "site", **changes: object) -> OutboxItem:
    base = OutboxItem(edition_id=record.edition.id, channel=ChannelAddress(kind="html", target=target))
    return replace(base, **changes)


def sentence(text: str) -> ShownSentence:
    return ShownSentence(text=text, article_id="a", url="https://news.example/a", outlet="Example News", language="en")


# Feeds and entries


def test_a_feed_state_comes_back_as_it_was_saved(store: Store) -> None:
    saved = state(
        fetch_url="https://news.example/new",
        etag='W/"a\tb"',
        last_modified="Fri, 4 Sep 2026 05:00:00 +0100",
        n_polls=3,
        n_failures=2,
        last_polled_at=NOW,
        last_ok_at=NOW - HOUR,
        next_poll_at=NOW + HOUR,
        interval_s=1800,
        last_status=503,
        error="http_status",
        error_detail="503 Service Unavailable",
        is_gone=True,
        has_unstable_ids=True,
    )
    store.feeds.save_poll(saved, (), now=NOW)
    assert store.feeds.load_states() == {FEED: saved}


def test_a_later_poll_replaces_the_state(store: Store) -> None:
    store.feeds.save_poll(state(etag="1", error="dns"), (), now=NOW)
    store.feeds.save_poll(state(etag="2"), (), now=NOW)
    assert store.feeds.load_states()[FEED] == state(etag="2")


def test_times_come_back_aware_in_utc_to_the_microsecond(store: Store) -> None:
    elsewhere = NOW.astimezone(datetime.strptime("+0530", "%z").tzinfo)
    store.feeds.save_poll(state(last_ok_at=elsewhere), (), now=NOW)
    loaded = store.feeds.load_states()[FEED].last_ok_at
    assert (loaded, loaded and loaded.tzinfo) == (NOW, UTC)


def test_a_time_before_1970_comes_back_whole(store: Store) -> None:
    early = datetime(1912, 4, 15, 2, 20, 0, 1, tzinfo=UTC)
    store.feeds.save_poll(state(last_news_at=early), (), now=NOW)
    assert store.feeds.load_states()[FEED].last_news_at == early


def test_arrivals_become_pending_entries(store: Store) -> None:
    entry = replace(
        arrival("a", published_at=NOW - HOUR).entry, html="<p>Full téxt", authors=("A",), summary="S", position=4
    )
    n_pending = store.feeds.save_poll(state(), [arrival("a", entry=entry, is_backfill=True)], now=NOW)
    (pending,) = store.feeds.load_pending(limit=10, now=NOW)
    assert n_pending == 1
    assert (pending.entry, pending.key, pending.feed_url, pending.feed_title) == (entry, "a", FEED, "Example News")
    assert (pending.revision, pending.is_backfill, pending.first_seen_at, pending.n_attempts) == (1, True, NOW, 0)
    assert pending.article_id is None


def test_pending_entries_come_oldest_publication_first_and_undated_ones_by_first_sight(store: Store) -> None:
    arrivals = [
        arrival("late", published_at=NOW + HOUR),
        arrival("undated"),
        arrival("old", published_at=NOW - HOUR),
    ]
    store.feeds.save_poll(state(), arrivals, now=NOW)
    assert [pending.key for pending in store.feeds.load_pending(limit=10, now=NOW)] == ["old", "undated", "late"]


def test_load_pending_heeds_its_limit_and_count_pending_does_not(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival(str(n)) for n in range(5)], now=NOW)
    assert len(store.feeds.load_pending(limit=2, now=NOW)) == 2
    assert store.feeds.count_pending(now=NOW) == 5


def test_an_arrival_whose_key_is_there_is_left_alone(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    n_pending = store.feeds.save_poll(state(), [arrival("a", text_hash="other"), arrival("b")], now=NOW + HOUR)
    assert n_pending == 1
    assert [(p.key, p.first_seen_at) for p in store.feeds.load_pending(limit=9, now=NOW)] == [
        ("a", NOW),
        ("b", NOW + HOUR),
    ]


def test_the_same_key_in_two_feeds_makes_two_entries(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    store.feeds.save_poll(state("https://other.example/rss"), [arrival("a")], now=NOW)
    assert store.feeds.count_pending(now=NOW) == 2


def test_find_seen_finds_by_key_by_link_and_by_text_but_not_in_other_feeds(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival(key) for key in "abcd"], now=NOW)
    store.feeds.save_poll(state("https://other.example/rss"), [arrival("a")], now=NOW)
    seen = store.feeds.find_seen(FEED, keys=["a", "zz"], link_keys=["link-b"], text_hashes=["hash-c", "hash-a"])
    assert [entry.key for entry in seen] == ["a", "b", "c"]
    assert seen[0] == SeenEntry(seq=seen[0].seq, key="a", link_key="link-a", text_hash="hash-a", revision=1)


def test_find_seen_takes_more_keys_than_one_statement_can(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    many = [f"k{n}" for n in range(70_000)]
    assert len(store.feeds.find_seen(FEED, keys=[*many, "a"], link_keys=[], text_hashes=[])) == 1


def test_a_revision_sets_an_ended_entry_pending_again_with_its_article(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (first,) = store.feeds.load_pending(limit=1, now=NOW)
    save(store, judged("art"), entry_seq=first.seq)
    changed = arrival("a", text_hash="changed", revises=first.seq)
    assert store.feeds.save_poll(state(), [changed], now=NOW + HOUR) == 1
    (again,) = store.feeds.load_pending(limit=1, now=NOW + HOUR)
    assert (again.seq, again.revision, again.article_id, again.first_seen_at) == (first.seq, 2, "art", NOW)


def test_the_same_revision_twice_counts_once(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (first,) = store.feeds.load_pending(limit=1, now=NOW)
    changed = arrival("a", text_hash="changed", revises=first.seq)
    counts = [store.feeds.save_poll(state(), [changed], now=NOW) for _ in range(2)]
    assert counts == [1, 0]
    assert store.feeds.load_pending(limit=1, now=NOW)[0].revision == 2


def test_a_closed_entry_is_not_pending_and_keeps_its_reasons(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    store.feeds.close_entry(pending.seq, Outcome.DUPLICATE, BECAUSE, article_id="other", now=NOW)
    assert store.feeds.count_pending(now=NOW) == 0
    assert list(store.articles.iter_closed_entries()) == [
        (replace(pending, article_id="other"), Outcome.DUPLICATE, BECAUSE)
    ]


def test_closing_twice_keeps_the_first_outcome(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    store.feeds.close_entry(pending.seq, Outcome.DUPLICATE, BECAUSE, article_id="other", now=NOW)
    store.feeds.close_entry(pending.seq, Outcome.FAILED, (), article_id=None, now=NOW + HOUR)
    assert [outcome for _, outcome, _ in store.articles.iter_closed_entries()] == [Outcome.DUPLICATE]


def test_closed_entries_are_told_by_when_they_were_closed(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival(key) for key in "abc"], now=NOW - 9 * HOUR)
    for hours, pending in enumerate(store.feeds.load_pending(limit=9, now=NOW)):
        store.feeds.close_entry(pending.seq, Outcome.FAILED, (), article_id=None, now=NOW + hours * HOUR)
    found = store.articles.iter_closed_entries(since=NOW, until=NOW + HOUR)
    assert [pending.key for pending, _, _ in found] == ["b"]


def test_an_entry_closed_without_a_time_counts_at_its_first_sight(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    store.feeds.close_entry(pending.seq, Outcome.FAILED, (), article_id=None)
    assert len(list(store.articles.iter_closed_entries(since=NOW - HOUR, until=NOW))) == 1


def test_an_entry_that_became_an_article_is_no_closed_entry(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    save(store, judged("art"), entry_seq=pending.seq)
    assert (store.feeds.count_pending(now=NOW), list(store.articles.iter_closed_entries())) == (0, [])


def test_more_closed_entries_than_a_page_all_come(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival(f"{n:04}") for n in range(201)], now=NOW)
    for pending in store.feeds.load_pending(limit=999, now=NOW):
        store.feeds.close_entry(pending.seq, Outcome.FAILED, (), article_id=None, now=NOW)
    assert len({pending.key for pending, _, _ in store.articles.iter_closed_entries()}) == 201


def test_an_entry_put_off_is_pending_again_when_its_time_has_come(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    store.feeds.put_off(pending.seq, BECAUSE, until=NOW + HOUR)
    assert store.feeds.load_pending(limit=1, now=NOW + HOUR - timedelta(microseconds=1)) == ()
    assert store.feeds.count_pending(now=NOW) == 0
    assert store.feeds.load_pending(limit=1, now=NOW + HOUR) == (replace(pending, n_attempts=1),)


def test_putting_off_to_the_same_time_twice_is_one_attempt(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    for _ in range(2):
        store.feeds.put_off(pending.seq, BECAUSE, until=NOW + HOUR)
    store.feeds.put_off(pending.seq, BECAUSE, until=NOW + 2 * HOUR)
    assert store.feeds.load_pending(limit=1, now=NOW + 2 * HOUR)[0].n_attempts == 2


def test_text_that_no_database_takes_as_it_is_is_stored(store: Store) -> None:
    entry = Entry(url="https://news.example/a", title="nul \0 and a lone \ud800 surrogate", html="<p>\udfff")
    store.feeds.save_poll(state(title="nul \0 \ud800"), [arrival("k\0", entry=entry)], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    assert (pending.feed_title, pending.key) == ("nul \ufffd \ufffd", "k\ufffd")


# Articles


def test_a_judged_article_comes_back_as_it_was_saved(store: Store) -> None:
    saved = judged("a")
    seq = save(store, saved)
    assert list(store.articles.iter_judged()) == [(seq, saved)]
    (known,) = store.articles.iter_known()
    assert (known.seq, known.judged, known.keys) == (seq, saved, keys("a"))


def test_an_article_without_address_and_story_is_stored(store: Store) -> None:
    bare = judged("a")
    bare = replace(bare, article=replace(bare.article, url=None, canonical_url=None, title=None, first_seen_at=None))
    store.articles.save_judged(bare, ArticleKeys(url_key=None, text_hash=None), entry_seq=None, story=None)
    (known,) = store.articles.iter_known()
    assert (known.judged, known.keys) == (bare, ArticleKeys(url_key=None, text_hash=None))


def test_judgement_numbers_grow(store: Store) -> None:
    seqs = [save(store, judged(name)) for name in "abc"]
    assert seqs == sorted(set(seqs))


def test_saving_the_same_judgement_twice_gives_one_number(store: Store) -> None:
    assert save(store, judged("a")) == save(store, judged("a"))
    assert len(store.articles.load_history("a")) == 1


def test_judging_an_ended_entry_again_at_the_same_revision_makes_no_second_judgement(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    first = save(store, judged("art"), entry_seq=pending.seq)
    second = save(store, judged("art", at=NOW + HOUR, outcome=Outcome.KNOWN), entry_seq=pending.seq)
    assert second == first
    assert [outcome.verdict.outcome for _, outcome in store.articles.load_history("art")] == [Outcome.NEW]


def test_a_later_revision_replaces_text_and_verdict_and_keeps_the_history(store: Store) -> None:
    old = judged("a")
    first = save(store, old, search_terms=["first"])
    newer = judged("a", at=NOW + HOUR, revision=2, outcome=Outcome.UPDATE, matches=(Match(topic_id="tea", score=0.6),))
    newer = replace(newer, article=replace(newer.article, sentences=("Changed.",), starts=(True,)))
    second = save(store, newer, search_terms=["changed"])
    assert list(store.articles.iter_judged()) == [(second, newer)]
    assert store.articles.load_history("a") == ((first, replace(old, article=newer.article)), (second, newer))
    assert list(store.articles.iter_judged(topic_id="chips")) == []
    assert store.articles.search(["first"], limit=9) == ()
    assert store.articles.search(["changed"], limit=9) == (newer,)


def test_a_revision_moves_the_article_to_the_end_of_the_order(store: Store) -> None:
    for name in "abc":
        save(store, judged(name))
    save(store, judged("a", revision=2, at=NOW + HOUR))
    assert [known.judged.article.id for known in store.articles.iter_known()] == ["b", "c", "a"]


def test_an_entry_revised_while_it_was_read_stays_pending(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    store.feeds.save_poll(state(), [arrival("a", text_hash="changed", revises=pending.seq)], now=NOW)
    save(store, judged("art", revision=1), entry_seq=pending.seq)
    (again,) = store.feeds.load_pending(limit=1, now=NOW)
    assert (again.revision, again.article_id) == (2, "art")


def test_the_second_revision_of_an_entry_makes_a_second_judgement(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    (pending,) = store.feeds.load_pending(limit=1, now=NOW)
    save(store, judged("art"), entry_seq=pending.seq)
    store.feeds.save_poll(state(), [arrival("a", text_hash="changed", revises=pending.seq)], now=NOW)
    for hours in (1, 2):
        save(store, judged("art", at=NOW + hours * HOUR, revision=2), entry_seq=pending.seq)
    assert [found.revision for _, found in store.articles.load_history("art")] == [1, 2]
    assert store.feeds.count_pending(now=NOW) == 0


def test_find_id_by_address_gives_the_oldest_article_of_a_key(store: Store) -> None:
    for name in ("old", "young"):
        store.articles.save_judged(judged(name), keys("same"), entry_seq=None, story=None)
    assert store.articles.find_id_by_address("news.example/same") == "old"
    assert store.articles.find_id_by_address("news.example/none") is None


@pytest.mark.parametrize("ref", ["a", "https://news.example/a?utm=1", "https://news.example/a", "news.example/a"])
def test_find_judged_finds_by_id_address_canonical_address_and_key(store: Store, ref: str) -> None:
    save(store, judged("b"))
    save(store, judged("a"))
    assert store.articles.find_judged(ref) == judged("a")


def test_find_judged_finds_an_address_written_otherwise_by_its_key(store: Store) -> None:
    save(store, judged("a"))
    assert store.articles.find_judged("HTTP://NEWS.example/a") is None
    assert store.articles.find_judged("HTTP://NEWS.example/a", url_key="news.example/a") == judged("a")


def test_find_judged_prefers_the_id(store: Store) -> None:
    save(store, judged("b"))
    misleading = judged("a")
    save(store, replace(misleading, article=replace(misleading.article, url="b")))
    found = store.articles.find_judged("b")
    assert found is not None
    assert found.article.id == "b"


def test_since_is_exclusive_and_until_inclusive(store: Store) -> None:
    for hours, name in enumerate("abcd"):
        save(store, judged(name, at=NOW + hours * HOUR))
    found = store.articles.iter_judged(since=NOW, until=NOW + 2 * HOUR)
    assert [article.article.id for _, article in found] == ["b", "c"]


def test_iter_judged_filters_by_topic_outcome_and_number(store: Store) -> None:
    first = save(store, judged("a"))
    save(store, judged("b", outcome=Outcome.KNOWN, matches=()))
    third = save(store, judged("c", outcome=Outcome.UPDATE))

    def names(**filters: object) -> list[str]:
        return [found.article.id for _, found in store.articles.iter_judged(**filters)]

    assert names(topic_id="chips") == ["a", "c"]
    assert names(outcome=Outcome.KNOWN) == ["b"]
    assert names(after_seq=first) == ["b", "c"]
    assert names(seqs=[third, first, 999]) == ["a", "c"]
    assert names(seqs=[]) == []
    assert names(seqs=[first, third], after_seq=first) == ["c"]


def test_more_articles_than_a_page_come_once_each_and_in_order(store: Store) -> None:
    seqs = [save(store, judged(f"{n:04}")) for n in range(201)]
    assert [known.seq for known in store.articles.iter_known()] == seqs
    assert [seq for seq, _ in store.articles.iter_judged(seqs=seqs)] == seqs


def test_writing_while_iterating_is_possible(store: Store) -> None:
    for name in "abc":
        save(store, judged(name))
    for _, found in store.articles.iter_judged(until=NOW):
        save(store, judged(found.article.id, revision=2, at=NOW + HOUR))
    assert [found.revision for _, found in store.articles.iter_judged()] == [2, 2, 2]


def test_outcomes_count_articles_and_closed_entries(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("x"), arrival("waits")], now=NOW)
    store.feeds.close_entry(store.feeds.load_pending(limit=1, now=NOW)[0].seq, Outcome.FAILED, (), article_id=None)
    save(store, judged("a"))
    save(store, judged("b"))
    save(store, judged("b", outcome=Outcome.UPDATE, revision=2, at=NOW + HOUR))
    counts = {outcome: n for outcome, n in store.articles.count_outcomes().items() if n}
    assert counts == {Outcome.FAILED: 1, Outcome.NEW: 1, Outcome.UPDATE: 1}


# Stories


def test_a_story_has_its_articles_oldest_first_with_their_roles(store: Store) -> None:
    save(store, judged("young", story_id="s"), story=story("s"), role=Role.LEAD)
    save(store, judged("old", at=NOW - HOUR, story_id="s"), role=Role.COPY)
    save(store, judged("apart"))
    (found,) = store.articles.load_stories()
    assert [(member.article_id, member.role) for member in found.members] == [("old", Role.COPY), ("young", Role.LEAD)]
    assert replace(found, members=()) == story("s")


def test_a_story_takes_the_last_headline_and_times(store: Store) -> None:
    save(store, judged("a", story_id="s"), story=story("s"))
    changed = replace(story("s", last=NOW + HOUR), headline="Another headline")
    save(store, judged("b", story_id="s"), story=changed)
    assert [replace(found, members=()) for found in store.articles.load_stories()] == [changed]


def test_stories_come_newest_first_and_since_a_time(store: Store) -> None:
    for hours, name in enumerate("abc"):
        save(store, judged(name, story_id=name), story=story(name, last=NOW + hours * HOUR))
    assert [found.id for found in store.articles.load_stories()] == ["c", "b", "a"]
    assert [found.id for found in store.articles.load_stories(since=NOW)] == ["c", "b"]


def test_an_article_judged_again_leaves_its_old_story(store: Store) -> None:
    save(store, judged("a", story_id="s"), story=story("s"))
    save(store, judged("a", revision=2, at=NOW + HOUR, outcome=Outcome.OFF_TOPIC))
    assert [found.members for found in store.articles.load_stories()] == [()]


# Search


def test_search_wants_all_terms(store: Store) -> None:
    save(store, judged("a"), search_terms=["huawei", "chip"])
    save(store, judged("b"), search_terms=["huawei", "phone"])
    assert [found.article.id for found in store.articles.search(["huawei"], limit=9)] == ["a", "b"]
    assert [found.article.id for found in store.articles.search(["chip", "huawei"], limit=9)] == ["a"]
    assert store.articles.search(["chip", "phone"], limit=9) == ()
    assert store.articles.search([], limit=9) == ()


def test_search_puts_the_article_that_speaks_most_of_it_first(store: Store) -> None:
    save(store, judged("other"), search_terms=["tea"] * 20)
    save(store, judged("little"), search_terms=["chip"] + ["word"] * 19)
    save(store, judged("much"), search_terms=["chip"] * 10 + ["word"] * 10)
    assert [found.article.id for found in store.articles.search(["chip"], limit=9)] == ["much", "little"]
    assert [found.article.id for found in store.articles.search(["chip"], limit=1)] == ["much"]


@pytest.mark.parametrize(
    "term",
    ["昇腾", "gpt-4", "o'neill", 'qu"ote', "back\\slash", "न्यूज़", "über", "a:b*", "AND", "c++", "100%", "x" * 3000],
)
def test_search_finds_a_term_exactly_as_it_was_cut(store: Store, term: str) -> None:
    save(store, judged("a"), search_terms=["before", term, "after"])
    save(store, judged("b"), search_terms=["uber", "gpt", "4", "昇", "腾", "neill", "quote", "c"])
    assert [found.article.id for found in store.articles.search([term], limit=9)] == ["a"]


def test_an_article_of_a_million_words_can_be_indexed(store: Store) -> None:
    save(store, judged("a"), search_terms=[f"word{n}" for n in range(1_000_000)])
    assert len(store.articles.search(["word7"], limit=1)) == 1


# Editions


def test_an_edition_comes_back_as_it_was_saved(store: Store) -> None:
    saved = edition(1, slot="2026-09-04T07:00")
    assert store.editions.save_edition(saved, (), ())
    assert store.editions.find_edition("daily/1") == saved
    assert store.editions.find_edition("daily/2") is None


def test_the_last_edition_is_the_one_saved_last_in_its_digest(store: Store) -> None:
    for record in (edition(1), edition(2), edition(3, digest_id="weekly")):
        store.editions.save_edition(record, (), ())
    assert store.editions.find_last("daily") == edition(2)
    assert store.editions.find_last("never") is None
    assert [made.id for made in store.editions.load_editions("daily")] == ["daily/2", "daily/1"]


def test_an_edition_whose_id_is_taken_changes_nothing(store: Store) -> None:
    store.editions.save_edition(edition(1), [sentence("First.")], [item(edition(1))])
    again = replace(edition(1), to_seq=99)
    assert not store.editions.save_edition(again, [sentence("Second.")], [item(edition(1), "other")])
    assert store.editions.find_edition("daily/1") == edition(1)
    assert store.editions.load_shown() == (("daily/1", sentence("First.")),)
    assert store.editions.count_outbox()["ready"] == 1


def test_a_slot_is_taken_once_in_a_digest(store: Store) -> None:
    assert store.editions.save_edition(edition(1, slot="2026-09-04T07:00"), (), ())
    assert not store.editions.save_edition(edition(2, slot="2026-09-04T07:00"), (), ())
    assert store.editions.save_edition(edition(3, slot="2026-09-04T07:00", digest_id="weekly"), (), ())


def test_editions_made_by_hand_have_no_slot_to_take(store: Store) -> None:
    assert store.editions.save_edition(edition(1), (), ())
    assert store.editions.save_edition(edition(2), (), ())


def test_shown_sentences_come_oldest_first_with_their_edition(store: Store) -> None:
    store.editions.save_edition(edition(1), [sentence("B."), sentence("A.")], ())
    store.editions.save_edition(edition(2), [sentence("C.")], ())
    assert [(made, shown.text) for made, shown in store.editions.load_shown()] == [
        ("daily/1", "B."),
        ("daily/1", "A."),
        ("daily/2", "C."),
    ]


# The outbox


def test_due_items_come_oldest_first(store: Store) -> None:
    first, second, later = item(edition(1)), item(edition(1), "b", due_at=NOW), item(edition(1), "c", due_at=NOW + HOUR)
    store.editions.save_edition(edition(1), (), [first, second, later])
    assert store.editions.load_outbox(now=NOW) == (first, second)
    assert store.editions.load_outbox(now=NOW + HOUR) == (first, second, later)


def test_an_item_comes_back_as_it_was_saved(store: Store) -> None:
    full = item(
        edition(1), state=OutboxState.AMBIGUOUS, n_attempts=4, n_refusals=1, n_ambiguous=2, n_resends=1, since_at=NOW,
        due_at=NOW + HOUR, tried_at=NOW, cause="ambiguous", detail="no answer", is_by_hand=True,
    )  # fmt: skip
    store.editions.save_edition(edition(1), (), [full])
    assert store.editions.list_outbox() == (full,)


@pytest.mark.parametrize("state", OutboxState)
def test_only_what_waits_for_its_time_is_loaded_and_only_what_is_over_is_not_listed(
    store: Store, state: OutboxState
) -> None:
    one = item(edition(1), state=state)
    store.editions.save_edition(edition(1), (), [one])
    is_loaded = store.editions.load_outbox(now=NOW) == (one,)
    is_listed = store.editions.list_outbox() == (one,)
    assert is_loaded == (state in {OutboxState.READY, OutboxState.AMBIGUOUS})
    assert is_listed == (state not in {OutboxState.SENT, OutboxState.DROPPED})
    assert {word: n for word, n in store.editions.count_outbox().items() if n} == {state: 1}


def test_an_item_is_changed_once_by_each_who_saw_it_as_it_is(store: Store) -> None:
    store.editions.save_edition(edition(1), (), [item(edition(1))])
    sending = item(edition(1), state=OutboxState.SENDING, n_attempts=1)
    assert store.editions.save_outbox(item(edition(1)), sending)
    assert not store.editions.save_outbox(item(edition(1)), sending)
    assert store.editions.list_outbox() == (sending,)


def test_a_late_report_of_an_earlier_attempt_changes_nothing(store: Store) -> None:
    store.editions.save_edition(edition(1), (), [item(edition(1), n_attempts=2)])
    earlier = item(edition(1), n_attempts=1)
    assert not store.editions.save_outbox(earlier, replace(earlier, state=OutboxState.HELD))
    assert store.editions.count_outbox()[OutboxState.READY] == 1


def test_a_sent_item_cannot_fail_afterwards(store: Store) -> None:
    store.editions.save_edition(edition(1), (), [item(edition(1))])
    sent = item(edition(1), state=OutboxState.SENT, sent_at=NOW)
    assert store.editions.save_outbox(item(edition(1)), sent)
    assert not store.editions.save_outbox(item(edition(1)), item(edition(1), state=OutboxState.HELD))
    assert store.editions.count_outbox()[OutboxState.SENT] == 1


def test_resends_are_counted_over_everything_that_was_ever_sent(store: Store) -> None:
    assert store.editions.count_resends() == 0
    store.editions.save_edition(edition(1), (), [
        item(edition(1), state=OutboxState.SENT, n_resends=2), item(edition(1), "b", n_resends=1),
    ])  # fmt: skip
    assert store.editions.count_resends() == 3


def test_the_secret_in_the_address_of_a_notice_is_not_stored(store: Store) -> None:
    channel = ChannelAddress(kind="notify", target="tgram://123456:TOKEN/42")
    store.editions.save_edition(edition(1), (), [OutboxItem(edition_id="daily/1", channel=channel)])
    (found,) = store.editions.list_outbox()
    assert found.channel.target == channel.name
    assert (found.key, "TOKEN" in found.key) == (f"daily/1|{channel.key}", False)


# The store


def test_everything_is_there_after_opening_again(address: str) -> None:
    first = open_store(address)
    first.feeds.save_poll(state(), [arrival("a")], now=NOW)
    seq = save(first, judged("b"))
    first.close()
    second = open_store(address)
    assert second.feeds.count_pending(now=NOW) == 1
    assert list(second.articles.iter_judged()) == [(seq, judged("b"))]
    second.close()


def test_two_open_stores_see_each_others_writes(address: str, store: Store) -> None:
    other = open_store(address)
    store.feeds.save_poll(state(), [arrival("a")], now=NOW)
    assert other.feeds.count_pending(now=NOW) == 1
    other.close()


def test_a_read_only_store_reads(address: str, store: Store) -> None:
    save(store, judged("a"))
    reader = open_store(address, read_only=True)
    assert reader.articles.find_judged("a") == judged("a")
    reader.close()


def test_a_lock_excludes_another_store_and_is_free_afterwards(address: str, store: Store) -> None:
    other = open_store(address)
    with store.lock("work", wait_s=0):
        with other.lock("elsewhere", wait_s=0):
            pass
        with pytest.raises(StoreLockedError, match=r"another monitor is at work.*'work'"), other.lock("work", wait_s=0):
            pytest.fail("two hold it")
    with other.lock("work", wait_s=0):
        pass
    other.close()


def test_a_lock_does_not_stop_the_holders_own_writes(store: Store) -> None:
    with store.lock("work", wait_s=0):
        save(store, judged("a"))
    assert store.articles.find_judged("a") is not None


def test_prints_come_back_by_number_and_a_text_without_has_none(store: Store) -> None:
    first = save(store, judged("a"))
    bare = ArticleKeys(url_key=None, text_hash=None)
    store.articles.save_judged(judged("b", outcome=Outcome.DUPLICATE), bare, entry_seq=None, story=None)
    pages = [(list(numbers), list(data)) for numbers, data in store.articles.iter_prints()]
    assert pages == [([first], [keys("a").prints])]


def test_only_what_is_compared_sentence_by_sentence_is_known_with_own_words(store: Store) -> None:
    save(store, judged("off", outcome=Outcome.OFF_TOPIC))
    save(store, judged("copy", outcome=Outcome.DUPLICATE, of="kept"))
    save(store, judged("kept", outcome=Outcome.NEW))
    save(store, judged("backfill", outcome=Outcome.KNOWN, matches=()))
    assert [one.judged.article.id for one in store.articles.iter_known(with_own_words=True)] == ["kept"]


def test_a_known_text_is_found_by_its_hash_its_article_and_its_number(store: Store) -> None:
    seq = save(store, judged("a"))
    by_hash = store.articles.find_known(text_hash=keys("a").text_hash)
    assert by_hash is not None
    assert (by_hash.seq, by_hash.judged, by_hash.keys) == (seq, judged("a"), keys("a"))
    assert store.articles.find_known(article_id="a") == by_hash
    assert store.articles.load_known([seq, 99]) == (by_hash,)
    assert store.articles.find_known(text_hash="nothing") is None


def test_an_earlier_judgement_is_loaded_with_the_text_it_was_made_on(store: Store) -> None:
    seq = save(store, judged("a"))
    later = judged("a", revision=2, at=NOW + HOUR)
    save(store, replace(later, article=replace(later.article, sentences=("Now this.",), starts=(True,))))
    (found,) = store.articles.load_known([seq])
    assert found.judged.article.sentences == judged("a").article.sentences


def mark_of(name: str, kind: MarkKind) -> Mark:
    return Mark(article_id=name, kind=kind, marked_at=NOW)


def test_an_article_has_its_last_mark_until_it_is_taken_back(store: Store) -> None:
    marks = [mark_of("a", MarkKind.KNEW), mark_of("b", MarkKind.WANTED), mark_of("a", MarkKind.OFF_TOPIC)]
    for mark in marks:
        save(store, judged(mark.article_id), mark=mark)
    assert store.articles.load_marks() == (marks[1], marks[2])
    save(store, judged("b"), is_mark_undone=True)
    assert store.articles.load_marks() == (marks[2],)


def test_a_mark_at_the_very_moment_of_the_judgement_is_a_judgement_of_its_own(store: Store) -> None:
    first = save(store, judged("a"))
    second = save(store, judged("a", outcome=Outcome.KNOWN), mark=mark_of("a", MarkKind.KNEW))
    assert second > first
    assert [one.verdict.outcome for _, one in store.articles.load_history("a")] == [Outcome.NEW, Outcome.KNOWN]


def test_a_story_is_found_by_its_id_with_its_members(store: Store) -> None:
    save(store, judged("a", story_id="s1"), story=story("s1"))
    found = store.articles.find_story("s1")
    assert found is not None
    assert [member.article_id for member in found.members] == ["a"]
    assert store.articles.find_story("s2") is None


def test_entries_are_found_by_their_address_and_by_the_article_they_were_closed_for(store: Store) -> None:
    store.feeds.save_poll(state(), [arrival("1"), arrival("2"), arrival("3")], now=NOW)
    one, two, _ = store.feeds.load_pending(limit=3, now=NOW)
    store.feeds.close_entry(one.seq, Outcome.DUPLICATE, BECAUSE, article_id="a", now=NOW)
    store.feeds.put_off(two.seq, BECAUSE, until=NOW + HOUR)
    closed = store.feeds.find_entries(link_key=None, article_id="a")
    assert [(pending.key, outcome, until, because) for pending, outcome, until, because in closed] == [
        (one.key, Outcome.DUPLICATE, None, BECAUSE)
    ]
    waiting = store.feeds.find_entries(link_key=f"link-{two.key}", article_id="a")
    assert [(pending.key, outcome, until) for pending, outcome, until, _ in waiting] == [
        (one.key, Outcome.DUPLICATE, None),
        (two.key, None, NOW + HOUR),
    ]
    assert store.feeds.find_entries(link_key="nowhere", article_id=None) == ()
