"""The outbox knows why something is not sent, how often it was tried, and what nobody can know."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = "key, edition_id, channel_kind, channel_target, state, n_attempts, due_at, sent_at, detail"


def upgrade() -> None:
    """Make the table anew with its rows in their order; their waiting began with their edition."""
    found = op.get_bind().execute(
        sa.text(
            f"SELECT {_KEPT}, (SELECT created_at FROM editions WHERE editions.id = edition_id) AS since_at "  # noqa: S608
            "FROM outbox ORDER BY number"
        )
    )
    rows = [dict(row) for row in found.mappings()]
    op.drop_table("outbox")
    outbox = op.create_table(
        "outbox",
        sa.Column("number", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("edition_id", sa.Text, sa.ForeignKey("editions.id", name="fk_outbox_edition_id"), nullable=False),
        sa.Column("channel_kind", sa.Text, nullable=False),
        sa.Column("channel_target", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("n_attempts", sa.Integer, nullable=False),
        sa.Column("n_refusals", sa.Integer, nullable=False),
        sa.Column("n_ambiguous", sa.Integer, nullable=False),
        sa.Column("n_resends", sa.Integer, nullable=False),
        sa.Column("since_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("cause", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("is_by_hand", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "number"])
    unknown = {"n_refusals": 0, "n_ambiguous": 0, "n_resends": 0, "tried_at": None, "cause": None, "is_by_hand": False}
    if rows:
        op.bulk_insert(outbox, [row | unknown for row in rows])
