"""The real commands in this process, and one evening of the demo world as they lived it."""

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import run
from monitor.demo import DemoWorld

NOW = datetime(2026, 6, 2, 20, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Done:
    """An ended command."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)

    @property
    def values(self) -> list[Any]:
        """The JSON values on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Done]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MONITOR_CONFIG", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*arguments: object) -> Done:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(status=status, out=captured.out, err=captured.err)

    return call


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def give(body: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body), encoding="utf-8"))

    return give


@pytest.fixture(scope="session")
def world() -> Iterator[DemoWorld]:
    with DemoWorld(until=NOW) as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Home:
    """An installation after its first evening. Nobody may change it: ``copy`` it."""

    folder: Path
    fetched: Done
    sent: Done

    @property
    def config(self) -> Path:
        return self.folder / "feeds.yaml"

    def copy(self, folder: Path) -> Path:
        """The configuration of a copy in *folder*."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return folder / "feeds.yaml"


@pytest.fixture(scope="session")
def home(world: DemoWorld, tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    world.write_config(folder)
    fetched = _run_aside(folder, "fetch", "--json")
    sent = _run_aside(folder, "digest", "--send")
    return Home(folder=folder, fetched=fetched, sent=sent)


def _run_aside(folder: Path, *arguments: str) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["--config", str(folder / "feeds.yaml"), "--now", NOW.isoformat(), *arguments])
    return Done(status=status, out=out.getvalue(), err=err.getvalue())


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The configuration of an installation that knows nothing: one topic that takes everything, no feed."""
    path = tmp_path / "feeds.yaml"
    path.write_text("topics:\n  - {id: all, threshold: 0}\ncorpus: [seeds/]\nfetch: {allow_private: true}\n")
    (tmp_path / "seeds").mkdir()
    return path
