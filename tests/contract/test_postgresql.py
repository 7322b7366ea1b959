"""What only a server can do: refuse a login, cut a connection, run two judgements side by side."""

import pytest
from sqlalchemy import make_url, text

from monitor.errors import StoreError, StoreTooNewError
from monitor.model import Article, ArticleKeys, JudgedArticle, Outcome, Verdict
from monitor.store import open_store
from monitor.store.dialect import hold_until_commit
from monitor.store.open import connect


@pytest.mark.parametrize("change", [{"username": "stranger"}, {"database": "nowhere"}])
def test_a_refused_login_is_told_in_one_line(server: str, change: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"does not answer or refuses the login: .*does not exist") as caught:
        open_store(make_url(server).set(**change).render_as_string(hide_password=False))
    assert "\n" not in str(caught.value)


def test_the_short_scheme_is_understood(schema_address: str) -> None:
    open_store(schema_address.replace("postgresql://", "postgres://")).close()


def test_a_cut_connection_is_replaced_at_the_next_transaction(schema_address: str) -> None:
    store = open_store(schema_address)
    with pytest.raises(StoreError), store.database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert store.feeds.load_states() == {}
    store.close()


def test_an_open_connection_that_the_server_dropped_meanwhile_is_replaced(schema_address: str) -> None:
    store, other = open_store(schema_address), open_store(schema_address)
    with store.database.read() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
    with other.database.write() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    assert store.feeds.load_states() == {}
    for opened in (store, other):
        opened.close()


def test_judgements_are_committed_one_after_the_other(schema_address: str) -> None:
    article = Article(
        id="a",
        url=None,
        canonical_url=None,
        title=None,
        standfirst=None,
        sentences=(),
        starts=(),
        outlet=None,
        language=None,
    )
    judged = JudgedArticle(article=article, verdict=Verdict(outcome=Outcome.NEW))
    store = open_store(schema_address)
    impatient = open_store(f"{schema_address}%20-clock_timeout%3D50")
    with store.database.write() as connection:
        hold_until_commit(connection, "judge")
        with pytest.raises(StoreError, match="lock timeout"):
            impatient.articles.save_judged(
                judged, ArticleKeys(url_key=None, text_hash=None), entry_seq=None, story=None
            )
    for opened in (store, impatient):
        opened.close()


def test_other_tables_in_the_schema_do_not_disturb(schema_address: str) -> None:
    database = connect(schema_address)
    with database.write() as connection:
        connection.execute(text("CREATE TABLE recipes (name TEXT)"))
    database.close()
    store = open_store(schema_address)
    assert store.feeds.load_states() == {}
    store.close()


def test_a_schema_of_a_newer_version_is_refused(schema_address: str) -> None:
    store = open_store(schema_address)
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreTooNewError, match="made by a newer version"):
        open_store(schema_address)
