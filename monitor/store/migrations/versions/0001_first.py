"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _make_feeds()
    _make_articles()
    _make_editions()
    _make_search()


def _make_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("fetch_url", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("n_polls", sa.Integer, nullable=False),
        sa.Column("n_failures", sa.Integer, nullable=False),
        sa.Column("last_polled_at", sa.BigInteger),
        sa.Column("last_ok_at", sa.BigInteger),
        sa.Column("last_news_at", sa.BigInteger),
        sa.Column("next_poll_at", sa.BigInteger),
        sa.Column("interval_s", sa.Integer),
        sa.Column("last_status", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("error_detail", sa.Text),
        sa.Column("is_gone", sa.Boolean, nullable=False),
        sa.Column("has_unstable_ids", sa.Boolean, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("feed_url", sa.Text, sa.ForeignKey("feeds.url", name="fk_entries_feed_url"), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("link_key", sa.Text),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("html", sa.LargeBinary),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("sort_at", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("is_backfill", sa.Boolean, nullable=False),
        sa.Column("n_attempts", sa.Integer, nullable=False),
        sa.Column("article_id", sa.Text),
        sa.Column("closed_as", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("because", sa.LargeBinary),
        sa.Column("closed_at", sa.BigInteger),
        sa.UniqueConstraint("feed_url", "key", name="uq_entries_feed_url_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entries_link_key", "entries", ["feed_url", "link_key"])
    op.create_index("ix_entries_text_hash", "entries", ["feed_url", "text_hash"])
    op.create_index("ix_entries_status", "entries", ["status", "sort_at", "seq"])


def _make_articles() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_stories_last_seen_at", "stories", ["last_seen_at"])
    op.create_table(
        "articles",
        sa.Column("row_id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("seq", sa.BigInteger, nullable=False, unique=True),
        sa.Column("url", sa.Text),
        sa.Column("canonical_url", sa.Text),
        sa.Column("url_key", sa.Text),
        sa.Column("text_hash", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("outlet", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("sort_at", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("story_id", sa.Text, sa.ForeignKey("stories.id", name="fk_articles_story_id")),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("prints", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("terms", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_url_key", "articles", ["url_key"])
    op.create_index("ix_articles_url", "articles", ["url"])
    op.create_index("ix_articles_canonical_url", "articles", ["canonical_url"])
    op.create_index("ix_articles_story_id", "articles", ["story_id"])
    op.create_index("ix_articles_outcome", "articles", ["outcome"])
    article = sa.ForeignKey("articles.id", name="fk_judgements_article_id", deferrable=True, initially="DEFERRED")
    op.create_table(
        "judgements",
        sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.Text, article, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("judged_at", sa.BigInteger),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("verdict", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_judgements_article_id", "judgements", ["article_id", "seq"])
    op.create_index("ix_judgements_judged_at", "judgements", ["judged_at"])
    op.create_table(
        "matches",
        sa.Column("article_id", sa.Text, sa.ForeignKey("articles.id", name="fk_matches_article_id"), primary_key=True),
        sa.Column("topic_id", sa.Text, primary_key=True),
        sa.Column("score", sa.Float, nullable=False),
    )
    op.create_index("ix_matches_topic_id", "matches", ["topic_id"])


def _make_editions() -> None:
    op.create_table(
        "editions",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("digest_id", sa.Text, nullable=False),
        sa.Column("slot", sa.Text),
        sa.Column("to_seq", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("digest_id", "slot", name="uq_editions_digest_id_slot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_editions_digest_id", "editions", ["digest_id", "number"])
    op.create_table(
        "shown",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("edition_id", sa.Text, sa.ForeignKey("editions.id", name="fk_shown_edition_id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("outlet", sa.Text),
        sa.Column("language", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shown_edition_id", "shown", ["edition_id"])
    op.create_table(
        "outbox",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("edition_id", sa.Text, sa.ForeignKey("editions.id", name="fk_outbox_edition_id"), nullable=False),
        sa.Column("channel_kind", sa.Text, nullable=False),
        sa.Column("channel_target", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("n_attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("detail", sa.Text),
        sa.Column("sent_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "number"])
    op.create_table(
        "vectors",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("key", "model"),
    )


def _make_search() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE TABLE article_search (row_id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_article_search_terms ON article_search USING gin (terms)")
        return
    op.execute(
        "CREATE VIRTUAL TABLE article_search USING fts5(terms, content='', "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cf'\")"
    )
