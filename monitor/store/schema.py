"""The tables, as the newest migration leaves them (``tests/store`` proves the two equal).

Names of columns that mirror a dataclass are those of its fields. Times are whole microseconds since 1970
UTC: both databases sort and compare them alike and lose nothing. The full-text index is not described here,
it differs by database: see ``search``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from monitor.errors import StoreError
from monitor.model import MarkKind, OutboxState, Outcome, Role

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAMAGED = "the database holds a damaged record ({!r}): restore it from a backup"


class UtcTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, to the microsecond; ``ValueError`` for a naive one."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """The microseconds since 1970."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a naive time reached the store: {value!r}"
            raise ValueError(msg)
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The time in UTC; StoreError for what is no time."""
        try:
            return None if value is None else _EPOCH + value * _MICROSECOND
        except (OverflowError, TypeError) as error:
            raise StoreError(_DAMAGED.format(value)) from error


class Choice(TypeDecorator[StrEnum]):
    """A member of an enumeration, stored as its value; StoreError when a row holds none but must."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum], *, is_optional: bool = False) -> None:
        """*kind* is the enumeration; *is_optional* lets None pass."""
        super().__init__()
        self.kind = kind
        self.is_optional = is_optional

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """The member's value."""
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """The member."""
        try:
            return None if value is None and self.is_optional else self.kind(str(value))
        except ValueError as error:
            # SQLite does not check what a damaged page holds against the column's NOT NULL.
            raise StoreError(_DAMAGED.format(value)) from error


class Words(TypeDecorator[str]):
    """Text that both databases take: U+0000 (refused by PostgreSQL) and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text without what cannot be stored."""
        return None if value is None else storable(value)


class Numbers(TypeDecorator[tuple[int, ...]]):
    """A short tuple of whole numbers as "1,2,3"; the empty one is NULL. StoreError for other text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:
        """The numbers with commas between them."""
        return ",".join(map(str, value)) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...]:
        """The numbers."""
        try:
            return tuple(int(number) for number in value.split(",")) if value else ()
        except (ValueError, AttributeError) as error:
            raise StoreError(_DAMAGED.format(value)) from error


def storable(text: str) -> str:
    """*text* with U+0000 and lone surrogates replaced by U+FFFD."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if not text.isascii() else text
    return whole.replace("\0", "\ufffd")


# SQLite counts up only an INTEGER PRIMARY KEY, which holds 64 bits there.
_Serial = BigInteger().with_variant(Integer(), "sqlite")


def _serial(name: str) -> Column[int]:
    return Column(name, _Serial, primary_key=True, autoincrement=True)


def _words(name: str, *, nullable: bool = True, primary_key: bool = False, unique: bool | None = None) -> Column[str]:
    return Column(name, Words, nullable=nullable, primary_key=primary_key, unique=unique)


def _time(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, UtcTime, nullable=nullable)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _later(target: str, name: str) -> ForeignKey:
    """A reference that is checked at commit: an article names its judgement, which names the article."""
    return ForeignKey(target, name=name, deferrable=True, initially="DEFERRED")


metadata = MetaData()

# As alembic makes it.
version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

feeds = Table(
    "feeds",
    metadata,
    _words("url", nullable=False, primary_key=True),
    _words("fetch_url"),
    _words("title"),
    _words("kind"),
    _words("etag"),
    _words("last_modified"),
    _number("n_polls"),
    _number("n_failures"),
    _time("last_polled_at"),
    _time("last_ok_at"),
    _time("last_news_at"),
    _time("next_poll_at"),
    Column("interval_s", Integer),
    Column("last_status", Integer),
    _words("error"),
    _words("error_detail"),
    Column("is_gone", Boolean, nullable=False),
    Column("has_unstable_ids", Boolean, nullable=False),
    Column("skip_hours", Numbers),
    Column("skip_days", Numbers),
)

# free_at is by the clock of this computer, never by --now: hosts live in real time.
hosts = Table(
    "hosts",
    metadata,
    _words("host", nullable=False, primary_key=True),
    _time("free_at", nullable=False),
)

robots = Table(
    "robots",
    metadata,
    _words("origin", nullable=False, primary_key=True),
    Column("rules", LargeBinary),
    _time("asked_at", nullable=False),
    _time("until", nullable=False),
    _time("unreachable_since"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _words("key", nullable=False, primary_key=True),
    _words("kind", nullable=False),
    _number("n_kills"),
    _time("until", nullable=False),
)

# status: pending | closed (without an article of its own) | judged. article_id is the article this entry
# became, closed_as the one it was closed for. html is the feed's own full text, kept until the entry is read.
entries = Table(
    "entries",
    metadata,
    _serial("seq"),
    Column("feed_url", Words, ForeignKey("feeds.url", name="fk_entries_feed_url"), nullable=False),
    _words("key", nullable=False),
    _words("link_key"),
    _words("text_hash", nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("html", LargeBinary),
    _number("revision"),
    _words("status", nullable=False),
    _time("first_seen_at", nullable=False),
    _time("sort_at", nullable=False),
    _time("not_before"),
    Column("is_backfill", Boolean, nullable=False),
    _number("n_attempts"),
    _words("article_id"),
    _words("closed_as"),
    Column("outcome", Choice(Outcome, is_optional=True)),
    Column("because", LargeBinary),
    _time("closed_at"),
    UniqueConstraint("feed_url", "key", name="uq_entries_feed_url_key"),
    Index("ix_entries_link_key", "link_key", "feed_url"),
    Index("ix_entries_closed_as", "closed_as"),
    Index("ix_entries_text_hash", "feed_url", "text_hash"),
    Index("ix_entries_status", "status", "sort_at", "seq"),
    sqlite_autoincrement=True,
)

stories = Table(
    "stories",
    metadata,
    _words("id", nullable=False, primary_key=True),
    _words("headline", nullable=False),
    _time("first_seen_at", nullable=False),
    _time("last_seen_at", nullable=False),
    Index("ix_stories_last_seen_at", "last_seen_at"),
)

# seq is the article's current judgement; body the article, terms the words of the full-text index.
articles = Table(
    "articles",
    metadata,
    _serial("row_id"),
    _words("id", nullable=False, unique=True),
    Column("seq", BigInteger, nullable=False, unique=True),
    _words("url"),
    _words("canonical_url"),
    _words("url_key"),
    _words("text_hash"),
    _words("title"),
    _words("outlet"),
    _words("language"),
    _time("published_at"),
    _time("sort_at"),
    Column("outcome", Choice(Outcome), nullable=False),
    Column("story_id", Words, ForeignKey("stories.id", name="fk_articles_story_id")),
    Column("role", Choice(Role), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("terms", LargeBinary),
    Index("ix_articles_url_key", "url_key"),
    Index("ix_articles_text_hash", "text_hash"),
    Index("ix_articles_url", "url"),
    Index("ix_articles_canonical_url", "canonical_url"),
    Index("ix_articles_story_id", "story_id"),
    Index("ix_articles_outcome", "outcome"),
    sqlite_autoincrement=True,
)

judgements = Table(
    "judgements",
    metadata,
    _serial("seq"),
    Column("article_id", Words, _later("articles.id", "fk_judgements_article_id"), nullable=False),
    _number("revision"),
    _time("judged_at"),
    Column("outcome", Choice(Outcome), nullable=False),
    Column("verdict", LargeBinary, nullable=False),
    Index("ix_judgements_article_id", "article_id", "seq"),
    Index("ix_judgements_judged_at", "judged_at"),
    sqlite_autoincrement=True,
)

# The copy fingerprints of a judged text. A table of its own, since all of them are read at each start.
prints = Table(
    "prints",
    metadata,
    Column("seq", _Serial, ForeignKey("judgements.seq", name="fk_prints_seq"), primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

# What a reader said of an article. number counts them in their order.
marks = Table(
    "marks",
    metadata,
    _serial("number"),
    Column("article_id", Words, ForeignKey("articles.id", name="fk_marks_article_id"), nullable=False, unique=True),
    Column("kind", Choice(MarkKind), nullable=False),
    _time("marked_at", nullable=False),
    sqlite_autoincrement=True,
)

matches = Table(
    "matches",
    metadata,
    Column(
        "article_id",
        Words,
        ForeignKey("articles.id", name="fk_matches_article_id"),
        primary_key=True,
        nullable=False,
    ),
    _words("topic_id", nullable=False, primary_key=True),
    Column("score", Float, nullable=False),
    Index("ix_matches_topic_id", "topic_id"),
)

editions = Table(
    "editions",
    metadata,
    _serial("number"),
    _words("id", nullable=False, unique=True),
    _words("digest_id", nullable=False),
    _words("slot"),
    Column("to_seq", BigInteger, nullable=False),
    _time("created_at", nullable=False),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("digest_id", "slot", name="uq_editions_digest_id_slot"),
    Index("ix_editions_digest_id", "digest_id", "number"),
    sqlite_autoincrement=True,
)

shown = Table(
    "shown",
    metadata,
    _serial("number"),
    Column("edition_id", Words, ForeignKey("editions.id", name="fk_shown_edition_id"), nullable=False),
    _words("text", nullable=False),
    _words("article_id", nullable=False),
    _words("url"),
    _words("outlet"),
    _words("language"),
    Index("ix_shown_edition_id", "edition_id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _serial("number"),
    _words("key", nullable=False, unique=True),
    Column("edition_id", Words, ForeignKey("editions.id", name="fk_outbox_edition_id"), nullable=False),
    _words("channel_kind", nullable=False),
    _words("channel_target", nullable=False),
    Column("state", Choice(OutboxState), nullable=False),
    _number("n_attempts"),
    _number("n_refusals"),
    _number("n_ambiguous"),
    _number("n_resends"),
    _time("since_at"),
    _time("due_at"),
    _time("tried_at"),
    _time("sent_at"),
    _words("cause"),
    _words("detail"),
    Column("is_by_hand", Boolean, nullable=False),
    Index("ix_outbox_state", "state", "number"),
    sqlite_autoincrement=True,
)

# The schedule of a digest as it was started last: a changed one starts with its next slot.
schedules = Table(
    "schedules",
    metadata,
    _words("digest_id", nullable=False, primary_key=True),
    _words("schedule", nullable=False),
    _time("since_at", nullable=False),
)

# Every slot that was decided, with its edition if it brought one.
slots = Table(
    "slots",
    metadata,
    _words("digest_id", nullable=False),
    _words("slot", nullable=False),
    _words("edition_id"),
    _time("decided_at", nullable=False),
    PrimaryKeyConstraint("digest_id", "slot"),
)

# The last sign of life of each scheduler.
beats = Table(
    "beats",
    metadata,
    _words("name", nullable=False, primary_key=True),
    _time("started_at", nullable=False),
    _time("beat_at", nullable=False),
    _words("trouble"),
)

vectors = Table(
    "vectors",
    metadata,
    _words("key", nullable=False),
    _words("model", nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("key", "model"),
)
