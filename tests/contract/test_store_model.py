"""The store against a model in plain Python: any order of polls, judgements, closings and delays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from monitor.model import Arrival, Article, ArticleKeys, Entry, FeedState, JudgedArticle, Outcome, PendingEntry, Verdict
from monitor.ports import Store
from monitor.store import open_store

START = datetime(2026, 9, 4, tzinfo=UTC)
FEEDS = ("https://a.example/rss", "https://b.example/rss")
KEYS = st.sampled_from("pqrs")


@dataclass
class Known:
    """What the model remembers of an entry."""

    text: str
    status: str = "pending"
    revision: int = 1
    n_attempts: int = 0
    not_before: datetime = START
    revisions_judged: list[int] = field(default_factory=list)


class StoreMachine(RuleBasedStateMachine):
    """Does the same to a store and to a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store = open_store("sqlite://")
        self.known: dict[tuple[str, str], Known] = {}
        self.now = START

    def teardown(self) -> None:
        self.store.close()

    def pending(self) -> Iterator[tuple[PendingEntry, Known]]:
        for found in self.store.feeds.load_pending(limit=99, now=self.now):
            yield found, self.known[found.feed_url, found.key]

    @rule(feed=st.sampled_from(FEEDS), key=KEYS, text=st.sampled_from("xyz"))
    def poll(self, feed: str, key: str, text: str) -> None:
        found = self.store.feeds.find_seen(feed, keys=[key], link_keys=[], text_hashes=[])
        revises = found[0].seq if found else None
        arrival = Arrival(entry=Entry(url=None, title=text), key=key, link_key=None, text_hash=text, revises=revises)
        n_pending = self.store.feeds.save_poll(FeedState(url=feed), [arrival], now=self.now)
        known = self.known.get((feed, key))
        assert n_pending == (known is None or known.text != text)
        if known is None:
            self.known[feed, key] = Known(text)
        elif known.text != text:
            known.text, known.status, known.n_attempts, known.not_before = text, "pending", 0, START
            known.revision += 1

    @rule(hours=st.integers(1, 3))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.known)
    @rule(is_repeated=st.booleans())
    def judge(self, is_repeated: bool) -> None:
        for found, known in list(self.pending())[:1]:
            name = f"{found.feed_url} {found.key}"
            article = Article(
                id=name,
                url=None,
                canonical_url=None,
                title=found.entry.title,
                standfirst=None,
                sentences=(),
                starts=(),
                outlet=None,
                language=None,
            )
            for minutes in range(1 + is_repeated):
                self.store.articles.save_judged(
                    JudgedArticle(
                        article=article,
                        verdict=Verdict(outcome=Outcome.NEW),
                        revision=found.revision,
                        judged_at=self.now + timedelta(minutes=minutes),
                    ),
                    ArticleKeys(url_key=name, text_hash=known.text),
                    entry_seq=found.seq,
                    story=None,
                )
            known.status = "judged"
            known.revisions_judged.append(found.revision)

    @precondition(lambda self: self.known)
    @rule()
    def close(self) -> None:
        for found, known in list(self.pending())[-1:]:
            self.store.feeds.close_entry(found.seq, Outcome.FAILED, (), article_id=None, now=self.now)
            known.status = "closed"

    @precondition(lambda self: self.known)
    @rule(hours=st.integers(1, 3))
    def put_off(self, hours: int) -> None:
        for found, known in list(self.pending())[:1]:
            self.store.feeds.put_off(found.seq, (), until=self.now + timedelta(hours=hours))
            known.n_attempts += 1
            known.not_before = self.now + timedelta(hours=hours)

    @invariant()
    def the_same_entries_are_due(self) -> None:
        due = {
            name: (known.revision, known.n_attempts, known.text, bool(known.revisions_judged))
            for name, known in self.known.items()
            if known.status == "pending" and known.not_before <= self.now
        }
        found = {
            (entry.feed_url, entry.key): (
                entry.revision,
                entry.n_attempts,
                entry.entry.title,
                entry.article_id is not None,
            )
            for entry in self.store.feeds.load_pending(limit=99, now=self.now)
        }
        assert found == due
        assert self.store.feeds.count_pending(now=self.now) == len(due)

    @invariant()
    def every_judgement_is_there_once(self) -> None:
        for (feed, key), known in self.known.items():
            history = self.store.articles.load_history(f"{feed} {key}")
            assert [judged.revision for _, judged in history] == known.revisions_judged

    @invariant()
    def the_counts_agree(self) -> None:
        counts = self.store.articles.count_outcomes()
        n_closed = sum(known.status == "closed" for known in self.known.values())
        n_articles = sum(bool(known.revisions_judged) for known in self.known.values())
        assert (counts[Outcome.FAILED], counts[Outcome.NEW]) == (n_closed, n_articles)
        assert len(list(self.store.articles.iter_closed_entries())) == n_closed


def test_any_order_of_polls_and_judgements_ends_as_the_model_says() -> None:
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
