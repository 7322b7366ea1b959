"""Compose, send and render editions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import pipeline
from monitor.app.abstracts import write_abstracts
from monitor.app.delivery import deliver_outbox
from monitor.app.locking import LOCK_WAIT_S
from monitor.app.opening import App
from monitor.errors import UsageError
from monitor.model import (
    ChannelAddress,
    Digest,
    Dropped,
    Edition,
    FeedTrouble,
    Trend,
)
from monitor.pipeline import DeliveryReport
from monitor.render import render
from monitor.stages.abstract import Answers, add_abstracts
from monitor.stages.compose import Composition, Material, compose, edition_id, is_edition_of
from monitor.stages.drafting import Past, shown_key
from monitor.stages.ledger import describe
from monitor.stages.period import first_period

_TREND_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A composed edition with what storing it needs; ``is_empty`` when it has nothing to tell."""

    digest: Digest
    composition: Composition
    to_seq: int
    is_empty: bool


def find_digest(app: App, name: str | None) -> Digest:
    """The digest with that id, or the only one."""
    digests = app.settings.digests
    if name is None and len(digests) == 1:
        return digests[0]
    for digest in digests:
        if digest.id == name:
            return digest
    known = ", ".join(digest.id for digest in digests)
    raise UsageError(
        f"which digest? feeds.yaml has: {known}" if name is None else f"no digest {name!r}; feeds.yaml has: {known}"
    )


def find_edition(app: App, name: str, *, digest: str | None = None) -> Edition:
    """The stored edition of that id; without its digest's part, of *digest* or the only one. UsageError if none is."""
    if "/" not in name:
        name = f"{find_digest(app, digest).id}/{name}"
    record = app.store.editions.find_edition(name)
    if record is None:
        last = app.store.editions.find_last(name.partition("/")[0])
        hint = f"; the newest is {last.edition.id}" if last else ""
        raise UsageError(f"no edition {name!r} is stored{hint}")
    return record.edition


def draft_edition(app: App, digest: Digest, *, since: datetime | None = None, until: datetime | None = None) -> Draft:
    """What an edition would hold now, or for the given time (then everything kept in it, shown before or not)."""
    last = app.store.editions.find_last(digest.id) if since is None else None
    to_at = until or app.now
    since_at = since or (last.edition.to_at if last else _first_since(app, digest, to_at))
    if last is not None:
        judged = dict(app.store.articles.iter_judged(after_seq=last.to_seq, until=to_at))
        judged |= dict(app.store.articles.iter_judged(seqs=last.waiting)) if last.waiting else {}
    else:
        judged = dict(app.store.articles.iter_judged(since=since_at, until=to_at))
    past = Past(sentences=frozenset()) if since is not None else _past(app, digest)
    taken = [edition.id for edition in app.store.editions.load_editions(digest.id)]
    material = Material(
        judged=sorted(judged.items()),
        stories={story.id: story for story in app.store.articles.load_stories()},
        past=past,
        waited=frozenset(last.waiting) if last else frozenset(),
        closed=_closed(app, since_at, to_at),
        troubles=find_troubles(app),
        trends=_trends(app, digest, to_at),
        topics=app.settings.topics,
    )
    composition = compose(digest, material, edition_id=edition_id(digest, to_at, taken), since_at=since_at, to_at=to_at)
    to_seq = max([*judged, last.to_seq if last else 0])
    composition = replace(
        composition, waiting=(*composition.waiting, *_judged_ahead(app, to_at, last.to_seq if last else 0, to_seq))
    )
    return Draft(digest=digest, composition=composition, to_seq=to_seq, is_empty=not composition.edition.topics)


def _judged_ahead(app: App, to_at: datetime, after_seq: int, to_seq: int) -> tuple[int, ...]:
    """Judgements of a clock that ran ahead: later by their time, earlier by their number, and lost if they did not wait."""
    ahead = app.store.articles.iter_judged(since=to_at, after_seq=after_seq)
    return tuple(seq for seq, judged in ahead if seq < to_seq and judged.verdict.outcome.is_kept)


def _past(app: App, digest: Digest) -> Past:
    """What editions of this digest have shown; what another digest showed is news to its readers."""
    own = [sentence for shown_in, sentence in app.store.editions.load_shown() if is_edition_of(digest, shown_in)]
    return Past(
        sentences=frozenset(shown_key(sentence.text) for sentence in own),
        articles=frozenset(sentence.article_id for sentence in own),
    )


def _first_since(app: App, digest: Digest, to_at: datetime) -> datetime:
    """Where the first edition begins: one turn of the schedule ago, or just before the first judgement if that is empty."""
    start = to_at - first_period(digest.schedule, digest.timezone, to_at)
    if next(app.store.articles.iter_judged(since=start, until=to_at), None) is not None:
        return start
    first = next(app.store.articles.iter_judged(until=to_at), None)
    if first is None or first[1].judged_at is None:
        return start
    return first[1].judged_at - timedelta(microseconds=1)


def _closed(app: App, since_at: datetime, to_at: datetime) -> tuple[Dropped, ...]:
    return tuple(
        Dropped(
            article_id=pending.article_id or "",
            url=pending.entry.url,
            title=pending.entry.title,
            outlet=pending.feed_title,
            outcome=outcome,
            reason=describe(outcome, because),
        )
        for pending, outcome, because in app.store.articles.iter_closed_entries(since=since_at, until=to_at)
    )


def find_troubles(app: App) -> tuple[FeedTrouble, ...]:
    """Enabled feeds whose last poll failed."""
    states = app.store.feeds.load_states()
    return tuple(
        FeedTrouble(
            url=feed.url,
            title=feed.title or state.title,
            error=state.error,
            detail=state.error_detail,
            since=state.last_ok_at,
        )
        for feed in app.settings.feeds
        if feed.is_enabled and (state := states.get(feed.url)) is not None and state.error is not None
    )


def _trends(app: App, digest: Digest, to_at: datetime) -> dict[str, tuple[Trend, ...]]:
    days = [(to_at - timedelta(days=back)).date().isoformat() for back in range(_TREND_DAYS - 1, -1, -1)]
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for _, judged in app.store.articles.iter_judged(since=to_at - timedelta(days=_TREND_DAYS), until=to_at):
        if not judged.verdict.outcome.is_kept or judged.judged_at is None:
            continue
        day = judged.judged_at.date().isoformat()
        n_facts = sum(sentence.is_novel for sentence in judged.verdict.sentences)
        for match in judged.verdict.matches:
            articles, facts = counts.get((match.topic_id, day), (0, 0))
            counts[match.topic_id, day] = (articles + 1, facts + n_facts)
    return {
        topic_id: tuple(
            Trend(
                day=day,
                n_articles=counts.get((topic_id, day), (0, 0))[0],
                n_facts=counts.get((topic_id, day), (0, 0))[1],
            )
            for day in days
        )
        for topic_id in digest.topic_ids
    }


def send_edition(
    app: App, draft: Draft, *, slot: str | None = None, only: ChannelAddress | None = None
) -> tuple[Edition | None, DeliveryReport]:
    """Store the edition and deliver it; an empty one only if the digest wants that and its day has none yet.

    Gives the edition as stored, None if nothing was. It is composed again under the ``work`` lock: what another process
    judged while this one waited belongs in it, and what it sent does not. Whatever else waits in the outbox is
    delivered too. With *only* the edition goes there and not to the channels of its digest. A language model is asked
    before the lock is taken; of its lines those are used whose sentences are still the ones shown.
    """
    answers = write_abstracts(app, draft.composition.edition)
    with app.store.lock("work", wait_s=LOCK_WAIT_S):
        draft = with_abstracts(draft_edition(app, draft.digest), answers)
        stored = False
        if not draft.is_empty or (draft.digest.send_empty and _is_first_of_day(app, draft)):
            stored = pipeline.store_edition(
                draft.digest, draft.composition, store=app.store, to_seq=draft.to_seq, slot=slot, now=app.now,
                only=only,
            )  # fmt: skip
    return draft.composition.edition if stored else None, deliver_outbox(app)


def with_abstracts(draft: Draft, answers: Answers) -> Draft:
    """The draft with the lines that a language model wrote of its stories."""
    edition = add_abstracts(draft.composition.edition, answers)
    return replace(draft, composition=replace(draft.composition, edition=edition))


def _is_first_of_day(app: App, draft: Draft) -> bool:
    plain = edition_id(draft.digest, draft.composition.edition.to_at, ())
    return app.store.editions.find_edition(plain) is None


def render_edition(app: App, edition: Edition, format_name: str) -> bytes:
    """The edition in a format."""
    history = app.store.editions.load_editions(edition.digest_id) if format_name == "atom" else ()
    return render(edition, format_name, templates=app.settings.templates, history=history)
