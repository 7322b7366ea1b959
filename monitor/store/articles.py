"""Articles with every judgement ever made of them; implements ``ports.ArticleStore``.

An article has one row, which holds its text and names its current judgement; the judgements are numbered in
the order in which they were committed, so that "everything up to number n" never grows afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, or_, select
from sqlalchemy import insert as plain_insert

from monitor.errors import StoreError
from monitor.model import (
    Article,
    ArticleKeys,
    JudgedArticle,
    KnownRecord,
    Mark,
    Outcome,
    PendingEntry,
    Reason,
    Role,
    Story,
    Verdict,
)
from monitor.store.bodies import pack, pack_bytes, unpack, unpack_bytes
from monitor.store.database import AnyRow, Database
from monitor.store.dialect import hold_until_commit, upsert
from monitor.store.feeds import PAGE, chunks, count_closed, end_judged, is_ended, iter_closed
from monitor.store.schema import articles, judgements, marks, matches, prints
from monitor.store.search import clean_terms, find_rows, replace_terms
from monitor.store.stories import find_story, load_stories, save_story

_PRINTS_PAGE = 20_000


class SqlArticles:
    """Articles, judgements and stories in one database."""

    def __init__(self, database: Database) -> None:
        """*database* has the current schema."""
        self._database = database

    def find_id_by_address(self, url_key: str) -> str | None:
        """The article at that address key, the oldest if there are several."""
        query = select(articles.c.id).where(articles.c.url_key == url_key).order_by(articles.c.row_id).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query)

    def save_judged(
        self,
        judged: JudgedArticle,
        keys: ArticleKeys,
        *,
        entry_seq: int | None,
        story: Story | None,
        role: Role = Role.REPORTS,
        search_terms: Sequence[str] = (),
        mark: Mark | None = None,
        is_mark_undone: bool = False,
    ) -> int:
        """Store article, verdict, fingerprints, story and the entry's outcome in one transaction; gives its number.

        A later revision replaces text and verdict at the same id; the earlier judgement stays in the history.
        A repeat (the entry ended as this article, or the same ``judged_at``, at the same revision) stores
        nothing and gives the first number again. The entry stays pending if its revision is beyond the judged
        one. *story* None leaves the story as it is; the article belongs to ``verdict.story_id`` in any case.
        *mark* takes the place of an earlier mark of the article; *is_mark_undone* removes it.
        """
        article = judged.article
        with self._database.write() as connection:
            # Numbers must become visible in their order, or an edition would pass over one that commits late.
            hold_until_commit(connection, "judge")
            is_marking = mark is not None or is_mark_undone
            repeated = None if is_marking else _find_repeated(connection, judged, entry_seq)
            if repeated is not None:
                return repeated
            if story is not None:
                save_story(connection, story)
            seq = _save_judgement(connection, judged)
            old_terms, terms = _find_terms(connection, article.id), clean_terms(search_terms)
            packed_terms = pack_bytes(" ".join(terms).encode()) if terms else None
            others = {"seq": seq, "role": role, "terms": packed_terms}
            row_id = _save_article(connection, judged, keys, others)
            if keys.prints:
                connection.execute(plain_insert(prints), {"seq": seq, "data": keys.prints})
            replace_terms(connection, row_id, old=old_terms, new=terms)
            _save_matches(connection, judged)
            if is_marking:
                _save_mark(connection, article.id, mark)
            if entry_seq is not None:
                end_judged(
                    connection,
                    entry_seq,
                    revision=judged.revision,
                    article_id=article.id,
                    outcome=judged.verdict.outcome,
                )
            return seq

    def load_marks(self) -> tuple[Mark, ...]:
        """What readers marked, oldest first."""
        query = select(marks.c.article_id, marks.c.kind, marks.c.marked_at).order_by(marks.c.number)
        with self._database.read() as connection:
            return tuple(Mark(**row._mapping) for row in connection.execute(query))

    def iter_known(self, *, with_own_words: bool = False) -> Iterator[KnownRecord]:
        """The current judgement of every article, in the order they were judged.

        *with_own_words* limits it to what later articles are compared with sentence by sentence: kept or known, about a
        topic, and no copy.
        """
        query = _known()
        if with_own_words:
            is_compared = articles.c.outcome.in_((Outcome.NEW, Outcome.UPDATE, Outcome.KNOWN))
            query = query.where(is_compared, exists().where(matches.c.article_id == articles.c.id))
        for row in self._iter_rows(query):
            yield _record(row)

    def find_last_seq(self) -> int:
        """The number of the newest judgement, 0 if there is none."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(judgements.c.seq))) or 0

    def iter_prints(self) -> Iterator[tuple[Sequence[int], Sequence[bytes]]]:
        """Pages of judgement numbers with the fingerprints of their texts; copies have none."""
        last = 0
        while True:
            query = select(prints.c.seq, prints.c.data).where(prints.c.seq > last).order_by(prints.c.seq)
            with self._database.read() as connection:
                rows = connection.execute(query.limit(_PRINTS_PAGE)).all()
            if not rows:
                return
            numbers, data = zip(*rows, strict=True)
            yield numbers, data
            last = numbers[-1]

    def load_known(self, seqs: Collection[int]) -> tuple[KnownRecord, ...]:
        """Those judgements, each with the text it was made on."""
        found: list[KnownRecord] = []
        with self._database.read() as connection:
            for part in chunks(sorted(seqs)):
                rows = connection.execute(_known(of_any_age=True).where(judgements.c.seq.in_(part)))
                found += map(_record, rows)
        return tuple(found)

    def find_known(self, *, article_id: str | None = None, text_hash: str | None = None) -> KnownRecord | None:
        """The current judgement of an article, or of the first one with that text."""
        query = _known().order_by(articles.c.row_id).limit(1)
        if article_id is not None:
            query = query.where(articles.c.id == article_id)
        if text_hash is not None:
            query = query.where(articles.c.text_hash == text_hash)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _record(row)

    def iter_judged(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        topic_id: str | None = None,
        outcome: Outcome | None = None,
        after_seq: int | None = None,
        seqs: Collection[int] | None = None,
    ) -> Iterator[tuple[int, JudgedArticle]]:
        """Current judgements with their numbers, in order.

        ``since`` (exclusive) and ``until`` (inclusive) look at ``judged_at``.
        """
        query = _current()
        if since is not None:
            query = query.where(judgements.c.judged_at > since)
        if until is not None:
            query = query.where(judgements.c.judged_at <= until)
        if topic_id is not None:
            query = query.where(articles.c.id.in_(select(matches.c.article_id).where(matches.c.topic_id == topic_id)))
        if outcome is not None:
            query = query.where(articles.c.outcome == outcome)
        parts = [query] if seqs is None else [query.where(articles.c.seq.in_(part)) for part in chunks(sorted(seqs))]
        for part in parts:
            for row in self._iter_rows(part, after_seq=after_seq or 0):
                yield row.seq, _judged(row)

    def find_judged(self, ref: str, *, url_key: str | None = None) -> JudgedArticle | None:
        """By id, address or canonical address as they were written, or by address key; in this order."""
        conditions = [
            articles.c.id == ref,
            or_(articles.c.url == ref, articles.c.canonical_url == ref),
            articles.c.url_key.in_([ref] if url_key is None else [ref, url_key]),
        ]
        with self._database.read() as connection:
            for condition in conditions:
                query = _current().where(condition).order_by(articles.c.row_id).limit(1)
                row = connection.execute(query).one_or_none()
                if row is not None:
                    return _judged(row)
        return None

    def load_history(self, article_id: str) -> tuple[tuple[int, JudgedArticle], ...]:
        """Every judgement of one article, oldest first; articles of earlier revisions carry the current text."""
        joined = articles.join(judgements, judgements.c.article_id == articles.c.id)
        query = (
            select(
                judgements.c.seq, judgements.c.revision, judgements.c.judged_at, judgements.c.verdict, articles.c.body
            )
            .select_from(joined)
            .where(articles.c.id == article_id)
            .order_by(judgements.c.seq)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple((row.seq, _judged(row)) for row in rows)

    def iter_closed_entries(
        self, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[tuple[PendingEntry, Outcome, tuple[Reason, ...]]]:
        """Entries that ended without an article of their own, with outcome and reasons.

        ``since`` (exclusive) and ``until`` (inclusive) look at the time they were closed; ``article_id`` is the
        article they were closed for, and the feed's own full text is gone.
        """
        return iter_closed(self._database, since=since, until=until)

    def load_stories(self, *, since: datetime | None = None) -> tuple[Story, ...]:
        """Stories last seen after *since* with their members (oldest first), newest first."""
        with self._database.read() as connection:
            return load_stories(connection, since=since)

    def find_story(self, story_id: str) -> Story | None:
        """One story with its members."""
        with self._database.read() as connection:
            return find_story(connection, story_id)

    def search(self, terms: Sequence[str], *, limit: int) -> tuple[JudgedArticle, ...]:
        """Articles that hold all the terms (already cut by ``text.tokens``), best first."""
        with self._database.read() as connection:
            row_ids = find_rows(connection, terms, limit=limit)
            query = _current().add_columns(articles.c.row_id).where(articles.c.row_id.in_(row_ids))
            found = {row.row_id: _judged(row) for row in connection.execute(query)}
        if found.keys() != set(row_ids):
            msg = f"{self._database.name} is damaged, its search index names articles that it lacks: restore a backup"
            raise StoreError(msg)
        return tuple(found[row_id] for row_id in row_ids)

    def count_outcomes(self) -> Mapping[Outcome, int]:
        """How many articles and closed entries have each outcome; all outcomes are there."""
        counts = dict.fromkeys(Outcome, 0)
        with self._database.read() as connection:
            closed = count_closed(connection)
            judged = connection.execute(select(articles.c.outcome, func.count()).group_by(articles.c.outcome))
            for outcome, n in (*judged, *closed.items()):
                counts[outcome] += n
        return counts

    def _iter_rows(self, query: Select[Any], *, after_seq: int = 0) -> Iterator[AnyRow]:
        """Rows by number, read in pages: no read transaction stays open while the caller works or writes."""
        query = query.order_by(articles.c.seq).limit(PAGE)
        while True:
            with self._database.read() as connection:
                rows = connection.execute(query.where(articles.c.seq > after_seq)).all()
            yield from rows
            if len(rows) < PAGE:
                return
            after_seq = rows[-1].seq


def _known(*, of_any_age: bool = False) -> Select[Any]:
    """Judgements with their articles; the current ones, or every one there ever was."""
    is_its = judgements.c.article_id == articles.c.id if of_any_age else judgements.c.seq == articles.c.seq
    joined = articles.join(judgements, is_its).outerjoin(prints, prints.c.seq == judgements.c.seq)
    return select(
        judgements.c.seq, judgements.c.revision, judgements.c.judged_at, judgements.c.verdict,
        articles.c.seq.label("current_seq"), articles.c.outcome, articles.c.body, articles.c.url_key, articles.c.text_hash,
        prints.c.data.label("prints"),
    ).select_from(joined)  # fmt: skip


def _record(row: AnyRow) -> KnownRecord:
    """A judgement with its keys; that of an earlier version has the text that its verdict remembers."""
    judged = _judged(row)
    text_hash = row.text_hash
    if row.seq != row.current_seq:
        texts = tuple(sentence.text for sentence in judged.verdict.sentences)
        article = replace(judged.article, sentences=texts, starts=tuple(place == 0 for place in range(len(texts))))
        judged, text_hash = replace(judged, article=article), None
    keys = ArticleKeys(url_key=row.url_key, text_hash=text_hash, prints=row.prints or b"")
    outcome = row.outcome if row.outcome is not judged.verdict.outcome else None
    return KnownRecord(seq=row.seq, judged=judged, keys=keys, outcome=outcome)


def _current() -> Select[Any]:
    joined = articles.join(judgements, judgements.c.seq == articles.c.seq)
    columns = (articles.c.seq, judgements.c.revision, judgements.c.judged_at, judgements.c.verdict, articles.c.body)
    return select(*columns).select_from(joined)


def _judged(row: AnyRow) -> JudgedArticle:
    return JudgedArticle(
        article=unpack(Article, row.body),
        verdict=unpack(Verdict, row.verdict),
        revision=row.revision,
        judged_at=row.judged_at,
    )


def _find_repeated(connection: Connection, judged: JudgedArticle, entry_seq: int | None) -> int | None:
    """The number under which this very judgement is stored already."""
    query = (
        select(judgements.c.seq, judgements.c.judged_at)
        .where(judgements.c.article_id == judged.article.id, judgements.c.revision == judged.revision)
        .order_by(judgements.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    is_same = judged.judged_at is not None and row.judged_at == judged.judged_at
    if is_same or (entry_seq is not None and is_ended(connection, entry_seq, judged.article.id)):
        seq: int = row.seq
        return seq
    return None


def _find_terms(connection: Connection, article_id: str) -> list[str]:
    """The words the article is indexed under; none for a new one."""
    packed = connection.scalar(select(articles.c.terms).where(articles.c.id == article_id))
    return [] if packed is None else unpack_bytes(packed).decode().split(" ")


def _save_judgement(connection: Connection, judged: JudgedArticle) -> int:
    values = {
        "article_id": judged.article.id,
        "revision": judged.revision,
        "judged_at": judged.judged_at,
        "outcome": judged.verdict.outcome,
        "verdict": pack(judged.verdict),
    }
    return int(connection.execute(plain_insert(judgements).returning(judgements.c.seq), values).scalar_one())


def _save_article(connection: Connection, judged: JudgedArticle, keys: ArticleKeys, others: Mapping[str, Any]) -> int:
    """Insert or replace the article's row; its ``row_id``. *others* are columns that the values do not tell."""
    article = judged.article
    values = {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "url_key": keys.url_key,
        "text_hash": keys.text_hash,
        "title": article.title,
        "outlet": article.outlet,
        "language": article.language,
        "published_at": article.published_at,
        "sort_at": article.published_at or article.first_seen_at,
        "outcome": judged.verdict.outcome,
        "story_id": judged.verdict.story_id,
        "body": pack(article),
        **others,
    }
    statement = upsert(connection, articles, "id").returning(articles.c.row_id)
    return int(connection.execute(statement, values).scalar_one())


def _save_mark(connection: Connection, article_id: str, mark: Mark | None) -> None:
    """Put the mark in the place of an earlier one; None only removes it."""
    connection.execute(delete(marks).where(marks.c.article_id == article_id))
    if mark is not None:
        values = {"article_id": article_id, "kind": mark.kind, "marked_at": mark.marked_at}
        connection.execute(plain_insert(marks), values)


def _save_matches(connection: Connection, judged: JudgedArticle) -> None:
    """Replace the article's matches."""
    connection.execute(delete(matches).where(matches.c.article_id == judged.article.id))
    scores = {match.topic_id: match.score for match in judged.verdict.matches}
    if scores:
        rows = [{"article_id": judged.article.id, "topic_id": topic, "score": scores[topic]} for topic in scores]
        connection.execute(plain_insert(matches), rows)
