"""The outbox of an older version goes on where it was."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from monitor.model import OutboxState
from monitor.store import migrations, open_store
from monitor.store.open import connect
from tests.contract.test_store_contract import HOUR, NOW, edition, item

MICROSECONDS = 1_000_000


def upgrade_to(address: str, revision: str, *statements: tuple[str, list[dict[str, object]]]) -> None:
    """Bring an empty database to *revision* and run *statements* in it."""
    database = connect(address)
    with database.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(migrations.FOLDER))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, revision)
        for statement, rows in statements:
            connection.execute(text(statement), rows)
    database.close()


def test_items_of_an_older_outbox_keep_their_order_their_state_and_their_time(address: str) -> None:
    created = round(NOW.timestamp() * MICROSECONDS)
    row = {"edition": "daily/1", "kind": "html", "n_attempts": 0, "due": created, "detail": None, "sent": None}
    upgrade_to(
        address,
        "0003",
        (
            "INSERT INTO editions (id, digest_id, slot, to_seq, created_at, payload) "
            "VALUES (:id, 'daily', NULL, 0, :at, :payload)",
            [{"id": "daily/1", "at": created, "payload": b""}],
        ),
        (
            "INSERT INTO outbox (key, edition_id, channel_kind, channel_target, state, n_attempts, due_at, detail, sent_at)"
            " VALUES (:key, :edition, :kind, :target, :state, :n_attempts, :due, :detail, :sent)",
            [
                row | {"key": "daily/1|html:b", "target": "b", "state": "ready", "n_attempts": 3},
                row | {"key": "daily/1|html:a", "target": "a", "state": "dead", "due": None, "detail": "no folder"},
                row | {"key": "daily/1|html:c", "target": "c", "state": "sent", "due": None, "sent": created},
            ],
        ),
    )
    store = open_store(address)
    assert store.editions.list_outbox() == (
        item(edition(1), "b", n_attempts=3, since_at=NOW, due_at=NOW),
        item(edition(1), "a", state=OutboxState.DEAD, since_at=NOW, detail="no folder"),
    )
    assert store.editions.count_outbox()[OutboxState.SENT] == 1
    store.editions.save_edition(edition(2), (), [item(edition(2), "d")])
    assert [found.channel.target for found in store.editions.load_outbox(now=NOW + HOUR)] == ["b", "d"]
    store.close()
