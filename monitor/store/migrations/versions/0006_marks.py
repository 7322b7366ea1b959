"""What readers mark; and copy fingerprints in a table of their own, a tenth as large, found again from every text.

The fingerprints of before cannot be compared with those of now, so they are made anew from the stored texts.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from monitor.model import Article, Verdict
from monitor.store.bodies import unpack
from monitor.text.fingerprints import prints, to_bytes

revision = "0006"
down_revision = "0005"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PAGE = 200


def upgrade() -> None:
    """Make both tables, fill that of fingerprints, drop the column they stood in."""
    op.create_table(
        "marks",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column(
            "article_id",
            sa.Text,
            sa.ForeignKey("articles.id", name="fk_marks_article_id"),
            nullable=False,
            unique=True,
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("marked_at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    table = op.create_table(
        "prints",
        sa.Column(
            "seq",
            _SERIAL,
            sa.ForeignKey("judgements.seq", name="fk_prints_seq"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_articles_text_hash", "articles", ["text_hash"])
    op.drop_index("ix_entries_link_key", "entries")
    op.create_index("ix_entries_link_key", "entries", ["link_key", "feed_url"])
    op.create_index("ix_entries_closed_as", "entries", ["closed_as"])
    _fill(table)
    op.drop_column("articles", "prints")


def _fill(table: sa.Table) -> None:
    connection, last = op.get_bind(), 0
    query = sa.text(
        "SELECT judgements.seq, articles.seq AS current_seq, body, verdict FROM judgements "
        "JOIN articles ON articles.id = judgements.article_id WHERE judgements.seq > :last "
        "ORDER BY judgements.seq LIMIT :page"
    )
    while rows := connection.execute(query, {"last": last, "page": _PAGE}).all():
        found = [{"seq": row.seq, "data": data} for row in rows if (data := _prints(row))]
        if found:
            op.bulk_insert(table, found)
        last = rows[-1].seq


def _prints(row: Any) -> bytes:
    """The fingerprints of the text that was judged, none for a copy."""
    verdict = unpack(Verdict, row.verdict)
    if verdict.of is not None:
        return b""
    if row.seq == row.current_seq:
        return to_bytes(prints(" ".join(unpack(Article, row.body).sentences)))
    return to_bytes(prints(" ".join(sentence.text for sentence in verdict.sentences)))
