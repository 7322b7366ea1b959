"""What must be true after a process died at any point, and while several work at once, on either database."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, inspect, text

from monitor.model import (
    Arrival,
    Article,
    ArticleKeys,
    ChannelAddress,
    Edition,
    EditionRecord,
    Entry,
    FeedState,
    JudgedArticle,
    Ledger,
    Match,
    OutboxItem,
    Outcome,
    ShownSentence,
    Story,
    Verdict,
)
from monitor.ports import Store
from monitor.store import migrations, open_store
from monitor.store.open import SqlStore, connect

NOW = datetime(2026, 9, 4, 7, tzinfo=UTC)


def poll(store: Store, name: str) -> None:
    arrivals = [
        Arrival(entry=Entry(url=None, title=f"{name} {n}"), key=f"{n}", link_key=None, text_hash=f"{n}")
        for n in range(2)
    ]
    store.feeds.save_poll(FeedState(url=name, etag="saved"), arrivals, now=NOW)


def judge(store: Store, name: str) -> None:
    article = Article(
        id=f"article-{name}",
        url=None,
        canonical_url=None,
        title=None,
        standfirst=None,
        sentences=(),
        starts=(),
        outlet=None,
        language=None,
    )
    verdict = Verdict(outcome=Outcome.NEW, story_id=f"story-{name}", matches=(Match(topic_id=name, score=1.0),))
    story = Story(id=f"story-{name}", headline=name, first_seen_at=NOW, last_seen_at=NOW)
    (seen,) = store.feeds.find_seen(name, keys=["0"], link_keys=[], text_hashes=[])
    store.articles.save_judged(
        JudgedArticle(article=article, verdict=verdict, judged_at=NOW),
        ArticleKeys(url_key=name, text_hash=None),
        entry_seq=seen.seq,
        story=story,
        search_terms=[name],
    )


def publish(store: Store, name: str) -> None:
    edition = Edition(
        id=name,
        digest_id=name,
        title="",
        from_at=NOW,
        to_at=NOW,
        timezone="UTC",
        topics=(),
        bottom_line=(),
        ledger=Ledger(),
        dropped=(),
        troubles=(),
        n_words=0,
        reading_minutes=0,
    )
    sentence = ShownSentence(text=name, article_id=f"article-{name}", url=None, outlet=None)
    item = OutboxItem(edition_id=name, channel=ChannelAddress(kind="html", target="site"))
    record = EditionRecord(edition=edition, to_seq=1, slot=name, created_at=NOW)
    store.editions.save_edition(record, [sentence], [item])


def work(store: Store, name: str) -> None:
    poll(store, name)
    judge(store, name)
    publish(store, name)


def progress(store: Store, name: str) -> list[bool]:
    """Whether poll, judgement and edition of *name* are there; fails if one of them is there by half."""
    waiting = [pending for pending in store.feeds.load_pending(limit=999, now=NOW) if pending.feed_url == name]
    judgements = store.articles.load_history(f"article-{name}")
    members = [member for story in store.articles.load_stories() if story.headline == name for member in story.members]
    signs = [
        [name in store.feeds.load_states(), len(waiting) + len(judgements) == 2],
        [
            len(judgements) == 1,
            len(members) == 1,
            len(store.articles.search([name], limit=9)) == 1,
            len(list(store.articles.iter_judged(topic_id=name))) == 1,
        ],
        [
            store.editions.find_edition(name) is not None,
            [shown.text for _, shown in store.editions.load_shown()].count(name) == 1,
            [item.edition_id for item in store.editions.load_outbox(now=NOW)].count(name) == 1,
        ],
    ]
    for step in signs:
        assert len(set(step)) == 1, f"half of a transaction is there: {signs}"
    return [step[0] for step in signs]


def killed_at(point: int, action: Callable[[], None]) -> bool:
    """Run *action* in a child that kills itself before its statement or commit number *point*; False if it ended."""
    child = os.fork()
    if child == 0:
        passed = 0

        def count(*_: object) -> None:
            nonlocal passed
            passed += 1
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), "the child failed by itself"
    return status != 0


def in_children(actions: list[Callable[[], None]]) -> list[int]:
    """The exit statuses of children that run the *actions* at the same time."""
    children = []
    for action in actions:
        child = os.fork()
        if child == 0:
            try:
                action()
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    return [os.waitpid(child, 0)[1] for child in children]


def assert_sound(store: Store) -> None:
    assert isinstance(store, SqlStore)
    if store.address.startswith("sqlite"):
        with store.database.read() as connection:
            assert connection.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def with_store(address: str, action: Callable[[Store], None]) -> Callable[[], None]:
    def run() -> None:
        store = open_store(address)
        action(store)
        store.close()

    return run


def test_a_process_killed_before_any_statement_leaves_whole_transactions_that_can_be_repeated(address: str) -> None:
    open_store(address).close()
    point = 1
    while killed_at(point, with_store(address, lambda store, name=f"n{point}": work(store, name))):
        store = open_store(address)
        polled, judged, published = progress(store, f"n{point}")
        assert polled >= judged >= published
        work(store, f"n{point}")
        assert progress(store, f"n{point}") == [True, True, True]
        assert_sound(store)
        store.close()
        point += 1
    assert point > 20


@pytest.mark.parametrize("n_acknowledged", [1, 4, 9])
def test_what_was_acknowledged_before_a_kill_is_there(address: str, n_acknowledged: int) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            store = open_store(address)
            for number in range(1000):
                work(store, f"n{number}")
                os.write(writing, b".")
        finally:
            os._exit(1)
    os.close(writing)
    seen = b""
    while len(seen) < n_acknowledged:
        seen += os.read(reading, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen += os.read(reading, 1000)
    os.close(reading)
    store = open_store(address)
    for number in range(len(seen)):
        assert progress(store, f"n{number}") == [True, True, True]
    progress(store, f"n{len(seen)}")
    assert_sound(store)
    store.close()


def test_ten_writers_at_once_never_find_the_database_locked(address: str) -> None:
    open_store(address).close()

    def write(store: Store, writer: int) -> None:
        for number in range(25):
            poll(store, f"n{writer}-{number}")
            judge(store, f"n{writer}-{number}")

    actions = [with_store(address, lambda store, writer=writer: write(store, writer)) for writer in range(10)]
    assert in_children(actions) == [0] * 10
    store = open_store(address)
    assert store.feeds.count_pending(now=NOW) == 250
    seqs = [known.seq for known in store.articles.iter_known()]
    assert len(set(seqs)) == 250
    assert_sound(store)
    store.close()


def test_writers_of_one_feed_and_one_slot_at_once_make_them_once(address: str) -> None:
    open_store(address).close()
    assert in_children([with_store(address, lambda store: work(store, "same")) for _ in range(6)]) == [0] * 6
    store = open_store(address)
    assert progress(store, "same") == [True, True, True]
    store.close()


def test_processes_that_open_an_empty_database_at_once_all_get_it(address: str) -> None:
    assert in_children([with_store(address, lambda store: poll(store, "a")) for _ in range(6)]) == [0] * 6


def test_a_lock_is_free_when_its_holder_is_killed(address: str) -> None:
    open_store(address).close()

    def hold_and_die() -> None:
        with open_store(address).lock("work", wait_s=0):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_children([hold_and_die]) == [signal.SIGKILL]
    store = open_store(address)
    with store.lock("work", wait_s=5):
        pass
    store.close()


def schema(store: SqlStore) -> object:
    """All that the database says of its tables and indices."""
    with store.database.read() as connection:
        inspector = inspect(connection)
        tables = sorted(inspector.get_table_names())
        found = [(table, str(inspector.get_columns(table)), constraints(inspector, table)) for table in tables]
        return found + (only_in_sqlite(connection) if store.address.startswith("sqlite") else [])


def only_in_sqlite(connection: Connection) -> list[object]:
    """What the inspector does not see. The text of a table is left out: a column that joined stands at its end there."""
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")).all()
    return [
        (row.type, row.name, row.sql if row.type != "table" or is_virtual else "AUTOINCREMENT" in (row.sql or ""))
        for row in rows
        for is_virtual in [(row.sql or "").startswith("CREATE VIRTUAL")]
    ]


def constraints(inspector: object, table: str) -> list[str]:
    kinds = ("get_pk_constraint", "get_foreign_keys", "get_unique_constraints", "get_indexes")
    return [str(getattr(inspector, kind)(table)) for kind in kinds]


def migrate(address: str) -> SqlStore:
    """A store whose tables were made by the migrations, not by ``schema``."""
    database = connect(address)
    with database.write() as connection:
        migrations.upgrade(connection)
    return SqlStore(database)


def test_migrations_and_schema_end_alike(address: str) -> None:
    migrated = migrate(address)
    found = schema(migrated)
    with migrated.database.read() as connection:
        assert migrations.find_revision(connection, "") == migrations.REVISIONS[-1]
    clear(migrated)
    migrated.close()
    created = open_store(address)
    assert schema(created) == found
    created.close()


def clear(store: SqlStore) -> None:
    """Take every table out of the database."""
    if store.database.path is not None:
        Path(store.database.path).unlink()
        return
    with store.database.write() as connection:
        name = connection.scalar(text("SELECT current_schema()"))
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {name}"))


def test_a_migrated_store_works(address: str) -> None:
    store = migrate(address)
    work(store, "a")
    assert progress(store, "a") == [True, True, True]
    store.close()


def test_a_migration_killed_before_any_statement_leaves_the_old_schema_or_the_new_one(address: str) -> None:
    import alembic.command  # noqa: F401, PLC0415 - imported once here, not in every child

    point = 1
    while killed_at(point, lambda: migrate(address).close()):
        database = connect(address)
        with database.read() as connection:
            assert inspect(connection).get_table_names() == []
        database.close()
        point += 1
    assert point > 20
    store = open_store(address)
    work(store, "a")
    store.close()
