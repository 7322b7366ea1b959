"""Full-text search over words that ``text.tokens`` has cut, which is what makes Chinese findable at all.

Neither database may cut the words again. SQLite's FTS5 takes everything but separators as part of a word;
the index keeps no text (``content=''``), so a removal hands in the words that were indexed. PostgreSQL gets
its ``tsvector`` as a literal, word by word with positions, not through ``to_tsvector``. Order: bm25
(Robertson & Zaragoza 2009, as FTS5 defines it) and ``ts_rank``.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from monitor.store.dialect import is_postgresql
from monitor.store.schema import storable

_SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE article_search USING fts5(terms, content='', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cf'\")",
)
_POSTGRESQL_INDEX = (
    "CREATE TABLE article_search (row_id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)",
    "CREATE INDEX ix_article_search_terms ON article_search USING gin (terms)",
)

# PostgreSQL allows 2,046 bytes a word, 1 MB a document, 256 positions a word and numbers them to 16,383
# (manual, 12.11 "Limitations"). 64 characters cut no real word; 100,000 are some 16,000 English words.
_MAX_TERM = 64
_MAX_TOTAL = 100_000
_MAX_POSITION = 16_383
_MAX_POSITIONS = 256


def create_index(connection: Connection) -> None:
    """Make the empty full-text index."""
    for statement in _POSTGRESQL_INDEX if is_postgresql(connection) else _SQLITE_INDEX:
        connection.execute(text(statement))


def clean_terms(terms: Sequence[str]) -> list[str]:
    """The terms as both databases take them: no blanks inside, of bounded length and number."""
    kept: list[str] = []
    total = 0
    for term in terms:
        for word in storable(term).split():
            kept.append(word[:_MAX_TERM])
            total += len(kept[-1])
        if total >= _MAX_TOTAL:
            break
    return kept


def replace_terms(connection: Connection, row_id: int, *, old: Sequence[str], new: Sequence[str]) -> None:
    """Index the article *row_id* under *new*; *old* is what it stands under (both from ``clean_terms``)."""
    if is_postgresql(connection):
        _replace_postgresql(connection, row_id, new)
        return
    if old:
        delete = "INSERT INTO article_search (article_search, rowid, terms) VALUES ('delete', :row, :terms)"
        connection.execute(text(delete), {"row": row_id, "terms": " ".join(old)})
    if new:
        add = "INSERT INTO article_search (rowid, terms) VALUES (:row, :terms)"
        connection.execute(text(add), {"row": row_id, "terms": " ".join(new)})


def _replace_postgresql(connection: Connection, row_id: int, new: Sequence[str]) -> None:
    connection.execute(text("DELETE FROM article_search WHERE row_id = :row"), {"row": row_id})
    if new:
        add = "INSERT INTO article_search (row_id, terms) VALUES (:row, CAST(:terms AS tsvector))"
        connection.execute(text(add), {"row": row_id, "terms": _vector(new)})


def find_rows(connection: Connection, terms: Sequence[str], *, limit: int) -> list[int]:
    """The ``row_id`` of articles that hold all *terms*, best first, older first among equals."""
    wanted = list(dict.fromkeys(clean_terms(terms)))
    if not wanted:
        return []
    if is_postgresql(connection):
        query = (
            "SELECT row_id FROM article_search, CAST(:query AS tsquery) AS wanted WHERE terms @@ wanted "
            "ORDER BY ts_rank(terms, wanted) DESC, row_id LIMIT :limit"
        )
        words = " & ".join(_lexeme(term) for term in wanted)
    else:
        query = (
            "SELECT rowid FROM article_search WHERE article_search MATCH :query "
            "ORDER BY bm25(article_search), rowid LIMIT :limit"
        )
        words = " AND ".join('"' + term.replace('"', '""') + '"' for term in wanted)
    return list(connection.scalars(text(query), {"query": words, "limit": limit}))


def _vector(terms: Sequence[str]) -> str:
    places: dict[str, list[int]] = {}
    for position, term in enumerate(terms, start=1):
        held = places.setdefault(term, [])
        if len(held) < _MAX_POSITIONS:
            held.append(min(position, _MAX_POSITION))
    return " ".join(f"{_lexeme(term)}:{','.join(map(str, held))}" for term, held in places.items())


def _lexeme(term: str) -> str:
    """*term* quoted as the text form of ``tsvector`` and ``tsquery`` wants it."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
