"""A store of each kind, for the suite that both must pass."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from monitor.ports import Store
from monitor.store import open_store

SERVER = "MONITOR_TEST_POSTGRESQL"
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def server() -> str:
    """The address of the scratch PostgreSQL server; ``.ci/postgres.sh`` starts one."""
    address = os.environ.get(SERVER)
    if address is None:
        pytest.skip(f"{SERVER} is not set, see .ci/postgres.sh")
    return address


@pytest.fixture
def schema_address(server: str) -> Iterator[str]:
    """An address on the server with an empty schema of its own."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield make_url(server).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    schema_address: str = request.getfixturevalue("schema_address")
    return schema_address


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """An open store."""
    opened = open_store(address)
    yield opened
    opened.close()
