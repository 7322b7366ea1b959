"""Brings a database to the schema of this version, in one transaction: afterwards it is the old or the new one.

A new database gets its tables straight from ``schema``; only an older one needs alembic, whose import costs
more than a whole poll of a quiet feed. To change the schema: change ``schema``, add
``versions/<number>_<what>.py``, append its number to ``REVISIONS``; a test proves that both ways end alike.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select

from monitor.errors import StoreError, StoreTooNewError
from monitor.store.database import Database
from monitor.store.dialect import hold_until_commit, insert, is_postgresql
from monitor.store.schema import metadata, version
from monitor.store.search import create_index

FOLDER = Path(__file__).parent

# Every revision that ever was, oldest first; the last one is what ``schema`` describes.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")


def bring_up_to_date(database: Database, *, read_only: bool) -> None:
    """Create or migrate the schema; StoreTooNewError if a newer version made it, StoreError if it is not ours."""
    with database.read() as connection:
        revision = find_revision(connection, database.name)
    if revision == REVISIONS[-1]:
        return
    if read_only:
        msg = f"{database.name} has no tables of this version yet: run `monitor fetch` once to bring it up to date"
        raise StoreError(msg)
    with database.write() as connection:
        hold_until_commit(connection, "schema")
        # Another process may have been faster.
        revision = find_revision(connection, database.name)
        if revision is None:
            create(connection)
        elif revision != REVISIONS[-1]:
            upgrade(connection)


def find_revision(connection: Connection, name: str) -> str | None:
    """The revision of the database, None if it is empty; StoreTooNewError if this version does not know it."""
    tables = set(inspect(connection).get_table_names())
    if version.name not in tables:
        foreign = tables & set(metadata.tables) if is_postgresql(connection) else tables
        if foreign:
            msg = (
                f"{name} holds tables that the monitor did not make ({', '.join(sorted(foreign)[:3])}): use another one"
            )
            raise StoreError(msg)
        return None
    revision = connection.scalar(select(version.c.version_num))
    if revision is not None and revision not in REVISIONS:
        msg = (
            f"{name} was made by a newer version of the monitor (schema {revision}, this one knows "
            f"{REVISIONS[-1]}): upgrade the program, or use a backup from before"
        )
        raise StoreTooNewError(msg)
    return revision


def create(connection: Connection) -> None:
    """Make the newest schema in an empty database."""
    metadata.create_all(connection)
    create_index(connection)
    connection.execute(insert(connection, version).values(version_num=REVISIONS[-1]))


def upgrade(connection: Connection, folder: Path = FOLDER) -> None:
    """Run the migrations in *folder* that the database lacks, inside the transaction of *connection*."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
