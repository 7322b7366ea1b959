"""Which scheduled times were decided, and signs of life of schedulers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the scheduler."""
    op.create_table(
        "schedules",
        sa.Column("digest_id", sa.Text, primary_key=True),
        sa.Column("schedule", sa.Text, nullable=False),
        sa.Column("since_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "slots",
        sa.Column("digest_id", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text),
        sa.Column("decided_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest_id", "slot"),
    )
    op.create_table(
        "beats",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("beat_at", sa.BigInteger, nullable=False),
        sa.Column("trouble", sa.Text),
    )
