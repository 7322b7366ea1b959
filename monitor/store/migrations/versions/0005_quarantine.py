"""Documents that ended workers are left alone for a day, across runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of counts."""
    op.create_table(
        "quarantine",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("n_kills", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
