"""When hosts may be asked, what their robots.txt said, and when publishers want no visits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of hosts and robots, and two columns for feeds."""
    op.add_column("feeds", sa.Column("skip_hours", sa.Text))
    op.add_column("feeds", sa.Column("skip_days", sa.Text))
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("free_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("rules", sa.LargeBinary),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("unreachable_since", sa.BigInteger),
    )
