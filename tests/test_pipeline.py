"""The order of things: what is fetched, what waits, what is closed, what is sent. Fakes outside, a real database."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.errors import DeliveryError, ExtractError, FetchError, ParseError
from monitor.model import (
    ChannelAddress,
    Digest,
    Edition,
    Entry,
    Feed,
    JudgedArticle,
    Ledger,
    Outcome,
    Page,
    ParsedFeed,
    Request,
    Response,
    Topic,
)
from monitor.pipeline import Desk, FetchReport
from monitor.stages.compose import Composition
from monitor.stages.judge import Judge
from monitor.stages.known import KnownBase
from monitor.stages.relevance import build_profile
from monitor.store import open_store
from tests.factories import FakeEmbedder

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)
WEEK_S = 7 * 86_400.0
FEED, OTHER = "https://news.example/rss", "https://mirror.example/rss"
STORM = "https://news.example/storm"
FIRST = "The storm tore the roof from the grain hall in Ellmouth harbour."
SECOND = "Nineteen fishing boats sank at their moorings before midnight."
ADDED = "Engineers reopened the coastal railway after replacing forty sleepers."


class Web:
    """Fetcher and reader of a small web: feeds and pages by address; an exception stands for a failure."""

    def __init__(self) -> None:
        self.answers: dict[str, ParsedFeed | Page | Exception | int] = {}
        self.asked: list[str] = []
        self.conditions: dict[str, dict[str, str]] = defaultdict(dict)

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request.url)
        self.conditions[request.url] = dict(request.headers)
        answer = self.answers[request.url]
        if isinstance(answer, FetchError):
            raise answer
        if answer == 304:
            return Response(url=request.url, status=304)
        return Response(url=request.url, status=200, headers=(("etag", f'"{len(self.asked)}"'),))

    async def parse_feed(self, feed: Feed, response: Response) -> ParsedFeed:
        return self._found(response.url)

    async def read_page(self, response: Response, entry: Entry | None) -> Page:
        return self._found(response.url)

    async def read_html(self, html: str, url: str | None, entry: Entry | None) -> Page:
        paragraphs = tuple(part.removesuffix("</p>") for part in html.split("<p>") if part)
        return Page(url=url, title=entry.title if entry else None, paragraphs=paragraphs, language="en")

    def _found(self, url: str):
        answer = self.answers[url]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Vectors:
    def keep(self, taken_apart) -> None:
        """The vectors are not asked for again."""

    def flush(self) -> None:
        """Nothing is held back."""


class Room:
    """A pipeline with everything around it; the topic takes any article."""

    def __init__(self, folder: Path) -> None:
        self.web = Web()
        self.store = open_store(f"sqlite:///{folder}/monitor.db")
        self.feeds = [Feed(url=FEED, title="News")]
        topic = Topic(id="all", title="Everything", threshold=0.0)
        judge = Judge(profiles=(build_profile(topic, (), ()),), known=KnownBase(), embedder=FakeEmbedder())
        self.desk = Desk(judge=judge, stories={}, feeds={}, vectors=Vectors())

    def poll(self, now: datetime = NOW) -> FetchReport:
        report = FetchReport()
        asyncio.run(
            pipeline.poll(
                self.feeds,
                store=self.store,
                fetcher=self.web,
                reader=self.web,
                now=now,
                max_age_s=WEEK_S,
                report=report,
            )
        )
        return report

    def read(self, now: datetime = NOW) -> FetchReport:
        report = FetchReport()
        self.desk.feeds = {feed.url: feed for feed in self.feeds}
        asyncio.run(pipeline.read(self.desk, store=self.store, pages=self.web, reader=self.web, now=now, report=report))
        return report

    def offer(self, *entries: Entry, feed: str = FEED) -> None:
        self.web.answers[feed] = ParsedFeed(kind="feed", title="News", entries=entries)

    def page(self, url: str, *sentences: str, canonical: str | None = None) -> None:
        self.web.answers[url] = Page(
            url=url, canonical_url=canonical, title="Storm in Ellmouth", paragraphs=sentences, language="en"
        )

    def judged(self) -> list[JudgedArticle]:
        return [judged for _, judged in self.store.articles.iter_judged()]

    def closed(self):
        return list(self.store.articles.iter_closed_entries())


def entry(url: str | None = STORM, **changes) -> Entry:
    return replace(Entry(url=url, title="Storm in Ellmouth", published_at=NOW - timedelta(hours=1)), **changes)


def timeout(url: str = STORM) -> FetchError:
    return FetchError(url, "timeout", "no answer in 20 s")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = Room(tmp_path)
    yield opened
    opened.store.close()


# --- poll ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [
        FetchError(FEED, "http_status", "500 Internal Server Error", status=500),
        ParseError(FEED, "not_a_feed", "this is HTML"),
        ExtractError(FEED, "timeout", "not read in 10 s"),
    ],
)
def test_a_broken_feed_does_not_stop_its_neighbour(room, failure):
    room.feeds.append(Feed(url=OTHER))
    room.web.answers[FEED] = failure
    room.offer(entry(), feed=OTHER)
    report = room.poll()
    assert (report.polled, report.failed_feeds, report.new_entries) == (2, 1, 1)
    assert [(error["feed"], error["error"]) for error in report.errors] == [(FEED, failure.kind)]
    assert room.store.feeds.load_states()[FEED].error == failure.kind


def test_a_failed_poll_keeps_the_validators(room):
    room.offer(entry())
    room.poll()
    room.web.answers[FEED] = timeout(FEED)
    room.poll(NOW + timedelta(hours=2))
    assert room.store.feeds.load_states()[FEED].etag == '"1"'


def test_a_304_stores_the_state_and_nothing_else(room):
    room.offer(entry())
    room.poll()
    room.web.answers[FEED] = 304
    later = NOW + timedelta(hours=2)
    report = room.poll(later)
    state = room.store.feeds.load_states()[FEED]
    assert room.web.conditions[FEED]["If-None-Match"] == '"1"'
    assert (report.not_modified, report.new_entries, report.failed_feeds) == (1, 0, 0)
    assert (state.last_polled_at, state.etag) == (later, '"1"')
    assert room.store.feeds.count_pending(now=later) == 1


def test_entries_are_pending_before_any_page_is_read(room):
    room.offer(entry(), entry("https://news.example/calm", title="Calm"))
    room.poll()
    assert room.store.feeds.count_pending(now=NOW) == 2
    assert room.web.asked == [FEED]


def test_entries_seen_before_do_not_become_pending_again(room):
    room.offer(entry())
    room.page(STORM, FIRST, SECOND)
    room.poll()
    room.read()
    assert room.poll(NOW + timedelta(hours=1)).new_entries == 0
    assert room.store.feeds.count_pending(now=NOW + timedelta(days=9)) == 0


# --- read: pages that fail -----------------------------------------------------------------------------


def test_a_page_that_fails_is_tried_again_after_growing_waits(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = timeout()
    room.poll()
    now, waits = NOW, []
    while not room.judged():
        room.read(now)
        waiting = list(room.store.feeds.iter_waiting())
        if waiting:
            waits.append(waiting[0][1] - now)
            now = waiting[0][1]
    assert waits == [timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8)]
    assert room.web.asked.count(STORM) == 4


def test_a_page_that_was_put_off_is_left_alone_until_its_time(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = timeout()
    room.poll()
    assert room.read().outcomes == {Outcome.FAILED: 1}
    room.read(NOW + timedelta(minutes=29))
    assert room.web.asked.count(STORM) == 1


def test_a_page_that_comes_back_is_judged_by_its_whole_text(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = timeout()
    room.poll()
    room.read()
    room.page(STORM, FIRST, SECOND)
    room.read(NOW + timedelta(minutes=30))
    assert [judged.article.sentences for judged in room.judged()] == [(FIRST, SECOND)]


def test_after_the_last_attempt_the_summary_is_judged_and_the_reason_says_so(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = timeout()
    room.poll()
    for day in range(4):
        room.read(NOW + timedelta(days=day))
    (judged,) = room.judged()
    assert judged.article.sentences == (FIRST,)
    assert (judged.verdict.because[0].stage, judged.verdict.because[0].signal) == ("read", "timeout")
    assert "judged by headline and summary" in judged.verdict.because[0].detail


def test_a_page_that_is_gone_is_not_tried_again(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = FetchError(STORM, "http_status", "410 Gone", permanent=True, status=410)
    room.poll()
    room.read()
    assert [judged.article.sentences for judged in room.judged()] == [(FIRST,)]


def test_a_page_that_never_comes_and_has_no_summary_is_closed_as_failed(room):
    room.offer(entry())
    room.web.answers[STORM] = timeout()
    room.poll()
    for day in range(4):
        room.read(NOW + timedelta(days=day))
    ((pending, outcome, because),) = room.closed()
    assert (outcome, because[0].signal, pending.entry.url) == (Outcome.FAILED, "timeout", STORM)
    assert room.judged() == []


def test_a_worker_that_dies_over_a_page_counts_as_an_attempt(room):
    room.offer(entry(summary=FIRST), entry("https://news.example/calm", title="Calm"))
    room.web.answers[STORM] = ExtractError(STORM, "resources", "out of memory")
    room.page("https://news.example/calm", SECOND)
    room.poll()
    room.read()
    assert [judged.article.sentences for judged in room.judged()] == [(SECOND,)]
    assert [pending.n_attempts for pending, _, _ in room.store.feeds.iter_waiting()] == [1]


def test_what_robots_txt_denies_is_judged_by_its_summary_at_once(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = FetchError(STORM, "robots", "disallowed", permanent=True)
    room.poll()
    room.read()
    (judged,) = room.judged()
    assert judged.article.sentences == (FIRST,)
    assert judged.verdict.because[0].signal == "robots"


def test_what_robots_txt_denies_is_judged_by_its_headline_if_there_is_no_summary(room):
    room.offer(entry(title=FIRST))
    room.web.answers[STORM] = FetchError(STORM, "robots", "disallowed", permanent=True)
    room.poll()
    room.read()
    assert [judged.article.sentences for judged in room.judged()] == [(FIRST,)]
    assert room.closed() == []


def test_an_unreachable_robots_txt_puts_the_page_off(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = FetchError(STORM, "robots", "robots.txt: 503")
    room.poll()
    room.read()
    assert room.judged() == []
    assert room.store.feeds.count_pending(now=NOW + timedelta(minutes=30)) == 1


def test_a_page_behind_a_wall_is_judged_by_its_summary(room):
    room.offer(entry(summary=FIRST))
    room.web.answers[STORM] = Page(url=STORM, title="Storm in Ellmouth", problem="paywall", language="en")
    room.poll()
    room.read()
    (judged,) = room.judged()
    assert judged.article.sentences == (FIRST,)
    assert judged.verdict.because[0].detail == "paywall; judged by headline and summary"


# --- read: one article, one address --------------------------------------------------------------------


def assert_second_is_closed_for_the_first(room: Room) -> None:
    (judged,) = room.judged()
    ((pending, outcome, because),) = room.closed()
    assert (outcome, because[0].signal) == (Outcome.DUPLICATE, "same_address")
    assert pending.article_id == judged.article.id
    assert because[0].against == f"article:{judged.article.id}"


def test_one_address_in_two_feeds_of_one_batch_is_one_article(room):
    room.feeds.append(Feed(url=OTHER))
    room.offer(entry())
    room.offer(entry(f"{STORM}?utm_source=mirror", published_at=NOW), feed=OTHER)
    room.page(STORM, FIRST, SECOND)
    room.page(f"{STORM}?utm_source=mirror", FIRST, SECOND)
    room.poll()
    report = room.read()
    assert report.outcomes[Outcome.DUPLICATE] == 1
    assert_second_is_closed_for_the_first(room)


def test_an_address_that_another_feed_brings_later_is_not_fetched_again(room):
    room.offer(entry())
    room.page(STORM, FIRST, SECOND)
    room.poll()
    room.read()
    room.feeds.append(Feed(url=OTHER))
    room.offer(entry("https://www.news.example/storm/"), feed=OTHER)
    room.poll(NOW + timedelta(hours=1))
    room.read(NOW + timedelta(hours=1))
    assert "https://www.news.example/storm/" not in room.web.asked
    assert_second_is_closed_for_the_first(room)


def test_pages_that_name_one_canonical_address_are_one_article(room):
    room.offer(entry(f"{STORM}/print", guid="1"), entry(f"{STORM}/mobile", guid="2", published_at=NOW))
    room.page(f"{STORM}/print", FIRST, SECOND, canonical=STORM)
    room.page(f"{STORM}/mobile", FIRST, SECOND, canonical=STORM)
    room.poll()
    room.read()
    assert_second_is_closed_for_the_first(room)


def test_an_address_in_the_store_is_known_to_a_desk_that_has_not_seen_it(room):
    room.offer(entry())
    room.page(STORM, FIRST, SECOND)
    room.poll()
    room.read()
    room.desk.judge = replace(room.desk.judge, known=KnownBase())
    room.feeds.append(Feed(url=OTHER))
    room.offer(entry(), feed=OTHER)
    room.poll()
    room.read()
    assert_second_is_closed_for_the_first(room)
    assert room.web.asked.count(STORM) == 1


# --- read: without a page ------------------------------------------------------------------------------


def test_backfill_is_known_and_its_page_is_not_fetched(room):
    room.offer(entry(summary=FIRST, published_at=NOW - timedelta(days=30)))
    room.poll()
    room.read()
    (judged,) = room.judged()
    assert judged.verdict.outcome is Outcome.KNOWN
    assert judged.verdict.because[0].stage == "age"
    assert room.web.asked == [FEED]


def test_the_full_text_that_a_feed_carries_spares_the_page(room):
    paragraphs = [
        f"{FIRST} {SECOND}",
        *(f"Village number {n} counted its broken windows and roofs." for n in range(12)),
    ]
    room.offer(entry(summary="It was a bad night.", html="".join(f"<p>{text}</p>" for text in paragraphs)))
    room.poll()
    room.read()
    (judged,) = room.judged()
    assert judged.article.sentences[:2] == (FIRST, SECOND)
    assert room.web.asked == [FEED]


def test_a_feed_without_full_text_is_judged_by_its_summaries(room):
    room.feeds = [Feed(url=FEED, title="News", full_text=False)]
    room.offer(entry(summary=f"{FIRST} {SECOND}"))
    room.poll()
    room.read()
    assert [judged.article.sentences for judged in room.judged()] == [(FIRST, SECOND)]
    assert room.web.asked == [FEED]


# --- read: a text that changes -------------------------------------------------------------------------


def test_a_changed_text_is_judged_at_the_same_id_with_only_the_added_sentences_new(room):
    room.offer(entry(summary="At first"))
    room.page(STORM, FIRST, SECOND)
    room.poll()
    room.read()
    (before,) = room.judged()
    later = NOW + timedelta(hours=3)
    room.offer(entry(summary="Then more"))
    room.page(STORM, FIRST, SECOND, ADDED)
    room.poll(later)
    room.read(later)
    (after,) = room.judged()
    assert (after.article.id, after.revision) == (before.article.id, 2)
    fresh = [sentence.text for sentence in after.verdict.sentences if sentence.seen_at == later]
    assert fresh == [ADDED]
    assert after.verdict.outcome.is_kept
    assert [sentence.seen_at for sentence in after.verdict.sentences[:2]] == [NOW, NOW]


# --- compose and deliver -------------------------------------------------------------------------------


class Mailbox:
    """A channel that fails as often as told and keeps what it took."""

    def __init__(self, *failures: DeliveryError) -> None:
        self.failures = list(failures)
        self.keys: list[str] = []

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.keys.append(key)


MAIL, SITE = ChannelAddress(kind="email", target="analyst@example.org"), ChannelAddress(kind="html", target="site")
DAILY = Digest(id="daily", title="Daily", topic_ids=("all",), channels=(MAIL, SITE))


def refusal(*, permanent: bool = False) -> DeliveryError:
    return DeliveryError(MAIL.key, "451 try again later", permanent=permanent)


def publish(room: Room, now: datetime = NOW, name: str = "daily/2026-09-04") -> bool:
    edition = Edition(
        id=name, digest_id="daily", title="Daily", from_at=NOW - timedelta(days=1), to_at=now, timezone="UTC", topics=(),
        bottom_line=(), ledger=Ledger(), dropped=(), troubles=(), n_words=0, reading_minutes=0,
    )  # fmt: skip
    composition = Composition(edition=edition, waiting=())
    return pipeline.store_edition(DAILY, composition, store=room.store, to_seq=0, slot=None, now=now)


def deliver(room: Room, boxes: dict[ChannelAddress, Mailbox], now: datetime = NOW):
    return pipeline.deliver(boxes.__getitem__, store=room.store, now=now)


def waiting(room: Room) -> dict[str, int]:
    """How many items of the outbox are in each state that any is in."""
    return {state.value: n for state, n in room.store.editions.count_outbox().items() if n}


def test_delivering_twice_sends_once(room):
    boxes = {MAIL: Mailbox(), SITE: Mailbox()}
    assert publish(room)
    assert sorted(deliver(room, boxes).sent) == [MAIL.key, SITE.key]
    assert deliver(room, boxes, NOW + timedelta(days=1)).sent == []
    assert boxes[MAIL].keys == [f"daily/2026-09-04|{MAIL.key}"]


def test_an_edition_that_is_stored_twice_is_sent_once(room):
    boxes = {MAIL: Mailbox(), SITE: Mailbox()}
    publish(room)
    deliver(room, boxes)
    assert publish(room) is False
    assert deliver(room, boxes).sent == []


def test_a_channel_that_fails_keeps_its_edition_while_the_others_go_on(room):
    boxes = {MAIL: Mailbox(refusal()), SITE: Mailbox()}
    publish(room)
    report = deliver(room, boxes)
    assert (report.sent, report.failed) == ([SITE.key], [(MAIL.key, "451 try again later")])
    assert waiting(room) == {"ready": 1, "sent": 1}


def test_a_failed_delivery_waits_longer_each_time_and_then_arrives_once(room):
    boxes = {MAIL: Mailbox(refusal(), refusal()), SITE: Mailbox()}
    publish(room)
    moments = [NOW, *(NOW + timedelta(minutes=minutes) for minutes in (4, 5, 14, 15, 60))]
    tries = [bool(deliver(room, boxes, moment).failed or boxes[MAIL].keys) for moment in moments]
    assert tries == [True, False, True, False, True, True]
    assert boxes[MAIL].keys == [f"daily/2026-09-04|{MAIL.key}"]


def test_a_channel_that_refuses_for_good_is_not_asked_again(room):
    boxes = {MAIL: Mailbox(refusal(permanent=True)), SITE: Mailbox()}
    publish(room)
    deliver(room, boxes)
    deliver(room, boxes, NOW + timedelta(days=30))
    assert boxes[MAIL].keys == []
    assert waiting(room) == {"sent": 1, "held": 1}


def test_a_channel_that_never_works_is_given_up_after_some_days(room):
    boxes = {MAIL: Mailbox(*[refusal() for _ in range(99)]), SITE: Mailbox()}
    publish(room)
    now, n_tries = NOW, 0
    while room.store.editions.count_outbox()["ready"]:
        n_tries += len(deliver(room, boxes, now).failed)
        now += timedelta(hours=4)
    assert n_tries == 31
    assert now - NOW == timedelta(days=5, hours=4)
    assert waiting(room) == {"sent": 1, "dead": 1}


def test_an_edition_whose_folder_failed_is_delivered_with_the_next_one(room):
    boxes = {MAIL: Mailbox(refusal()), SITE: Mailbox()}
    publish(room)
    deliver(room, boxes)
    tomorrow = NOW + timedelta(days=1)
    publish(room, tomorrow, "daily/2026-09-05")
    deliver(room, boxes, tomorrow)
    assert boxes[MAIL].keys == [f"daily/2026-09-04|{MAIL.key}", f"daily/2026-09-05|{MAIL.key}"]


# --- what nobody foresaw -------------------------------------------------------------------------------


def test_an_article_that_judgement_stumbles_over_does_not_stop_the_others_and_is_closed_in_the_end(room):
    other = "https://news.example/tide"
    room.offer(entry(), entry(other, title="Tide in Ellmouth"))
    room.page(STORM, FIRST, SECOND)
    room.page(other, ADDED)
    room.poll()
    judge = room.desk.judge.judge

    class Stumbling:
        known = room.desk.judge.known
        remember = room.desk.judge.remember

        def judge(self, article, **how):
            if article.url == STORM:
                raise ValueError("nobody foresaw this")
            return judge(article, **how)

    room.desk.judge = Stumbling()
    now = NOW
    for attempt in range(4):
        report = room.read(now)
        assert report.outcomes[Outcome.FAILED] == 1, attempt
        assert report.errors[0]["error"] == "defect"
        now += timedelta(days=2)
    assert [judged.article.url for judged in room.judged()] == [other]
    ((pending, outcome, because),) = room.closed()
    assert (pending.entry.url, outcome, because[0].detail) == (STORM, Outcome.FAILED, "ValueError: nobody foresaw this")
