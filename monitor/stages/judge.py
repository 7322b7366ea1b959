"""The verdict on one article: copy? on topic? which story? what is new? Each stage leaves its reasons.

Cheapest first. A copy is told by its word runs alone; only what is no copy is encoded; only what is on topic is
compared sentence by sentence. The order of articles matters: what is judged first is where later ones are known from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Article, Change, JudgedSentence, Match, Outcome, Reason, Role, Verdict
from monitor.ports import Embedder
from monitor.stages.analysis import Analysis, analyse, take_apart
from monitor.stages.copies import CopyFinding, find_copy, find_same_text
from monitor.stages.figures import find_changes
from monitor.stages.known import KnownBase, KnownDocument, is_about_nothing, name_of
from monitor.stages.novelty import find_neighbours, has_news, is_background, judge_sentences, news_threshold
from monitor.stages.relevance import TopicProfile, match_topic
from monitor.stages.screen import find_far_topics
from monitor.stages.stories import choose_story
from monitor.text.fingerprints import Prints, prints
from monitor.text.normalise import text_hash
from monitor.text.urls import url_key

_MIN_OWN_SENTENCES = 2
_CHANGED_SCORE = 0.2
_OWN_PART_MARGIN = 0.2
"""A page that holds a known text is a copy unless its own part is clearly on topic."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """A verdict with what it was made from. ``analysis`` is None if the article was never encoded."""

    article: Article
    verdict: Verdict
    prints: Prints
    hash_of_text: str | None
    address: str | None
    analysis: Analysis | None
    role: Role | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judge:
    """Judges one article after the other against ``known``; ``remember`` takes each judgement into it."""

    profiles: tuple[TopicProfile, ...]
    known: KnownBase
    embedder: Embedder

    def judge(
        self,
        article: Article,
        *,
        now: datetime,
        topic_ids: Sequence[str] | None = None,
        earlier: Sequence[JudgedSentence] = (),
        is_backfill: bool = False,
        is_wanted: bool = False,
    ) -> Judgement:
        """The verdict on *article*.

        *topic_ids* limits the topics (None: all), *earlier* are the sentences of its previous revision as judged
        then, *is_backfill* says that it is too old to be news, *is_wanted* that it is to be compared with what is
        known although it may be a copy or about none of the topics: then it counts for the nearest one.
        """
        article_prints = prints(" ".join(article.sentences))
        hash_of_text = text_hash(" ".join(article.sentences)) if article.sentences else None
        draft = Judgement(
            article=article, verdict=Verdict(outcome=Outcome.OFF_TOPIC), prints=article_prints,
            hash_of_text=hash_of_text, address=url_key(article.canonical_url or article.url or ""),
            analysis=None, role=None,
        )  # fmt: skip
        if is_wanted:
            return self._judge_own_text(draft, None, now, topic_ids, earlier, is_backfill=False, is_wanted=True)
        same = find_same_text(article, self.known)
        if same is not None and same.article.id != article.id and not earlier:
            reason = Reason(stage="dedup", signal="same_text", score=1.0, threshold=1.0, against=name_of(same))
            return self._copy(draft, same, (reason,))
        finding = find_copy(article, article_prints, self.known)
        if finding is not None and finding.is_copy and not earlier:
            return self._copy(draft, finding.document, (finding.reason(),))
        return self._judge_own_text(draft, finding, now, topic_ids, earlier, is_backfill=is_backfill)

    def _copy(self, draft: Judgement, of: KnownDocument, reasons: tuple[Reason, ...]) -> Judgement:
        """A copy of what is on topic is a duplicate; a copy of what is not stays off topic."""
        verdict = Verdict(
            outcome=Outcome.DUPLICATE if of.is_on_topic else Outcome.OFF_TOPIC,
            of=of.article.id,
            matches=tuple(Match(topic_id=topic_id, score=1.0) for topic_id in of.topic_ids if of.is_on_topic),
            story_id=of.story_id,
            because=reasons,
            sentences=tuple(_known_sentence(text) for text in draft.article.sentences),
        )
        return replace(draft, verdict=verdict, role=Role.COPY if of.story_id else None)

    def _judge_own_text(
        self,
        draft: Judgement,
        finding: CopyFinding | None,
        now: datetime,
        topic_ids: Sequence[str] | None,
        earlier: Sequence[JudgedSentence],
        *,
        is_backfill: bool,
        is_wanted: bool = False,
    ) -> Judgement:
        article = draft.article
        profiles = [profile for profile in self.profiles if topic_ids is None or profile.topic.id in topic_ids]
        reasons: list[Reason] = [finding.reason()] if finding is not None else []
        parts = take_apart(article, self.embedder)
        far = find_far_topics(article, parts, profiles, self.known) if finding is None and not is_wanted else None
        if far is not None:
            matches, reasons = [match for match, _ in far], [why for _, why in far]
            verdict = _backfill(article, (), reasons) if is_backfill else _off_topic(article, matches, reasons)
            return replace(draft, verdict=verdict)
        analysis = analyse(article, self.embedder, parts=parts)
        draft = replace(draft, analysis=analysis)
        holds_known_text = finding is not None and finding.is_container and not earlier
        if finding is not None and holds_known_text and not self._own_part_is_on_topic(article, finding, profiles):
            return self._copy(draft, finding.document, tuple(reasons))
        matches = []
        for profile in profiles:
            match, because = match_topic(analysis, profile, self.known, self.embedder)
            matches.append(match)
            reasons += because
        kept = tuple(m for m, p in zip(matches, profiles, strict=True) if m.score >= p.topic.threshold)
        if is_wanted and not kept:
            kept = tuple(sorted(matches, key=lambda match: -match.score)[:1])
        if is_backfill:
            return replace(draft, verdict=_backfill(article, kept, reasons), analysis=analysis if kept else None)
        if not kept:
            return replace(draft, verdict=_off_topic(article, matches, reasons))
        return self._judge_news(draft, analysis, kept, reasons, now, earlier)

    def _own_part_is_on_topic(self, article: Article, finding: CopyFinding, profiles: Sequence[TopicProfile]) -> bool:
        """Whether what the article has besides the known text is about a topic too."""
        if len(finding.own) < _MIN_OWN_SENTENCES:
            return False
        own = replace(
            article,
            title=None,
            sentences=tuple(article.sentences[place] for place in finding.own),
            starts=tuple(article.starts[place] for place in finding.own),
        )
        analysis = analyse(own, self.embedder)
        return any(
            match_topic(analysis, profile, self.known, self.embedder)[0].score
            >= min(1.0, profile.topic.threshold + _OWN_PART_MARGIN)
            for profile in profiles
        )

    def _judge_news(
        self,
        draft: Judgement,
        analysis: Analysis,
        kept: tuple[Match, ...],
        reasons: list[Reason],
        now: datetime,
        earlier: Sequence[JudgedSentence],
    ) -> Judgement:
        article = draft.article
        story = choose_story(analysis, self.known, at=article.published_at or article.first_seen_at or now)
        before = self.known.find_by_id(article.id)
        if before is not None and before.story_id is not None:
            story = replace(story, story_id=before.story_id, is_new=before.outcome is Outcome.NEW, reasons=())
        neighbours = find_neighbours(analysis, self.known)
        judged = judge_sentences(analysis, neighbours, self.known)
        changes = find_changes(analysis, judged, neighbours, self.known, story_id=story.story_id)
        dated = tuple(replace(sentence, seen_at=now) for sentence in _with_changes(judged, changes))
        sentences = _with_earlier(dated, earlier)
        threshold = news_threshold(sentences, joins_story=not story.is_new)
        news = has_news(sentences, threshold)
        best = max((1 - sentence.score for sentence in sentences), default=0.0)
        reasons += story.reasons
        reasons.append(
            Reason(
                stage="novelty",
                signal="newest_sentence",
                score=round(best, 3),
                threshold=threshold,
                detail=f"{sum(s.is_novel for s in sentences)} of {len(sentences)} sentences are new",
            )
        )
        if not news:
            outcome, role = Outcome.KNOWN, Role.REPORTS
        elif story.is_new:
            outcome, role = Outcome.NEW, Role.LEAD
        else:
            outcome, role = Outcome.UPDATE, Role.REPORTS
        verdict = Verdict(
            outcome=outcome,
            matches=kept,
            story_id=story.story_id if news or not story.is_new else None,
            is_roundup=story.is_roundup,
            because=tuple(reasons),
            sentences=sentences,
            changes=changes if news else (),
        )
        return replace(draft, verdict=verdict, role=role if verdict.story_id else None)

    def remember(self, judgement: Judgement, *, seq: int | None = None) -> None:
        """Take a judgement into the known base, so that the next article is compared with it.

        *seq* is its number in the store, None if it is not there.
        """
        verdict = judgement.verdict
        self.known.add(
            judgement.article,
            outcome=Outcome.OFF_TOPIC if is_about_nothing(verdict) else verdict.outcome,
            prints=judgement.prints,
            hash_of_text=judgement.hash_of_text,
            address=judgement.address,
            analysis=judgement.analysis,
            topic_ids=[match.topic_id for match in verdict.matches] if verdict.outcome is not Outcome.OFF_TOPIC else (),
            story_id=verdict.story_id,
            can_anchor=not verdict.is_roundup and not is_background(verdict.sentences),
            is_copy=verdict.of is not None,
            seq=seq,
        )


def _off_topic(article: Article, matches: Sequence[Match], reasons: Sequence[Reason]) -> Verdict:
    sentences = tuple(JudgedSentence(text=text, is_novel=False, score=0.0) for text in article.sentences)
    return Verdict(outcome=Outcome.OFF_TOPIC, matches=tuple(matches), because=tuple(reasons), sentences=sentences)


def _backfill(article: Article, kept: Sequence[Match], reasons: Sequence[Reason]) -> Verdict:
    age = Reason(stage="age", signal="backfill", detail="older than news may be when first seen")
    sentences = tuple(_known_sentence(text) for text in article.sentences)
    return Verdict(outcome=Outcome.KNOWN, matches=tuple(kept), because=(age, *reasons), sentences=sentences)


def _known_sentence(text: str) -> JudgedSentence:
    return JudgedSentence(text=text, is_novel=False, score=1.0)


def _with_changes(judged: Sequence[JudgedSentence], changes: Sequence[Change]) -> list[JudgedSentence]:
    """The sentences; one that gives a changed figure is new, however near the rest of it is to what is known."""
    changed = {change.new_text for change in changes}
    return [
        replace(sentence, is_novel=True, is_filler=False, known_from=None, score=min(sentence.score, _CHANGED_SCORE))
        if sentence.text in changed and not sentence.is_novel
        else sentence
        for sentence in judged
    ]


def _with_earlier(judged: Sequence[JudgedSentence], earlier: Sequence[JudgedSentence]) -> tuple[JudgedSentence, ...]:
    """The sentences, those that stood in the previous revision with their verdict of then."""
    before = {text_hash(sentence.text): sentence for sentence in earlier}
    return tuple(
        replace(before.get(text_hash(sentence.text), sentence), text=sentence.text)  # the spelling is today's
        for sentence in judged
    )
