"""The demo world, and its three days as the real commands lived them."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from monitor.demo import DemoWorld
from tests.e2e.days import Desk, Play

SERVER = "MONITOR_TEST_POSTGRESQL"
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def world() -> Iterator[DemoWorld]:
    with DemoWorld() as running:
        yield running


def play(world: DemoWorld, folder: Path, store: str | None = None) -> Play:
    """All days, each with one ``fetch --all`` and one ``digest --send`` in the evening."""
    world.write_config(folder)
    played = Play(desk=Desk(folder=folder, store=store or f"sqlite:///{folder / 'monitor.db'}"))
    world.clear_log()
    for number, evening in enumerate(world.days):
        world.set_clock(evening)
        played.reports.append(played.desk.fetch(evening))
        played.editions.append(played.desk.send(evening))
        if store is None:
            played.evenings.append(played.desk.copy_to(folder.with_name(f"{folder.name}-{number}")))
    played.requests = world.log
    return played


@pytest.fixture(scope="session")
def played(world: DemoWorld, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """The three days on SQLite. Nobody may change what is in its folders; ``evenings`` are copies of each evening."""
    return play(world, tmp_path_factory.mktemp("play") / "desk")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of an empty schema on the scratch PostgreSQL server; ``.ci/postgres.sh`` starts one."""
    address = os.environ.get(SERVER)
    if address is None:
        pytest.skip(f"{SERVER} is not set, see .ci/postgres.sh")
    name = f"play_{os.getpid()}_{next(_NUMBERS)}"
    engine = create_engine(make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield (
        make_url(address).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    )
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
