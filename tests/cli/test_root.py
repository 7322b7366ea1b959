"""What holds for every command: help is cheap, messages are one line, exit statuses mean something."""

import json
import subprocess
import sys

import pytest

from monitor import __version__
from monitor.errors import MonitorError, StoreError

HEAVY = ["sqlalchemy", "numpy", "httpx", "lxml", "rich", "asyncio", "monitor.model", "monitor.app"]
COMMANDS = [
    "init", "demo", "fetch", "digest", "articles", "stories", "why", "check", "search", "extract", "import", "status",
    "corpus list", "corpus add", "corpus remove", "feeds list", "feeds check", "config check", "config schema",
]  # fmt: skip


class Breaking:
    """A standard input that fails when it is read."""

    def __init__(self, error: BaseException) -> None:
        self.buffer = self
        self.error = error

    def read(self) -> bytes:
        raise self.error

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], ["pydantic", *HEAVY]),
        (["--version"], ["pydantic", *HEAVY]),
        (["fetch", "--help"], HEAVY),
        (["corpus", "--help"], HEAVY),
    ],
)
def test_help_and_version_import_nothing_heavy(arguments, heavy):
    code = (
        "import json, sys; from monitor.cli import run; status = run(sys.argv[2:]);"
        "print(); print(json.dumps([status, [name for name in json.loads(sys.argv[1]) if name in sys.modules]]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, json.dumps(heavy), *arguments], capture_output=True, text=True, check=True
    )
    assert json.loads(ended.stdout.splitlines()[-1]) == [0, []]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli, command):
    done = cli(*command.split(), "--help")
    assert done.status == 0
    assert done.out.startswith(f"Usage: monitor {command}")
    assert done.err == ""


def test_version_is_that_of_the_package(cli):
    assert cli("--version").out == f"monitor {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fletch"], "No such command 'fletch'"),
        (["fetch", "--everything"], "No such option: --everything"),
        (["why"], "Missing argument"),
        (["search", "x", "--limit", "0"], "--limit"),
        (["--now", "yesterday", "status"], "not a time: 'yesterday'"),
        (["--now", "99999999999d", "status"], "not a time"),
        (["--config", "nowhere.yaml", "status"], "nowhere.yaml: there is no such file"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_says_what_is_wrong(cli, arguments, told):
    done = cli(*arguments)
    assert (done.status, done.out) == (2, "")
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_database_in_a_missing_folder_ends_with_status_1_and_names_it(cli, bare, tmp_path):
    done = cli("--config", bare, "--store", f"sqlite:///{tmp_path}/gone/m.db", "status")
    assert done.status == 1
    assert f"the folder {tmp_path}/gone does not exist" in done.err


def test_interruption_ends_with_status_130_and_says_how_to_go_on(cli, bare, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Breaking(KeyboardInterrupt()))
    done = cli("--config", bare, "check", "-")
    assert done.status == 130
    assert done.err.startswith("interrupted; what was done is stored")


def test_a_mistake_in_the_program_is_one_line_without_a_traceback(cli, bare, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Breaking(ZeroDivisionError("boom")))
    done = cli("--config", bare, "check", "-")
    assert done.status == 1
    assert done.err == "monitor: this is a mistake in the program: ZeroDivisionError: boom; -v shows where\n"


def test_a_mistake_in_the_program_shows_its_place_with_v(cli, bare, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Breaking(ZeroDivisionError("boom")))
    done = cli("-v", "--config", bare, "check", "-")
    assert done.status == 1
    assert "Traceback" in done.err


def test_an_error_of_tasks_side_by_side_reads_like_any_other(cli, bare, monkeypatch):
    group = ExceptionGroup("tasks", [ValueError("other"), ExceptionGroup("more", [StoreError("the disk is full")])])
    monkeypatch.setattr(sys, "stdin", Breaking(group))
    done = cli("--config", bare, "check", "-")
    assert (done.status, done.err) == (1, "monitor: the disk is full\n")


def test_foreign_text_in_an_error_cannot_move_the_cursor(cli, bare, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Breaking(MonitorError("bad \x1b[2J title\nsecond line")))
    done = cli("--config", bare, "check", "-")
    assert done.err == "monitor: bad  [2J title\nsecond line\n"


def test_a_reader_that_closes_the_pipe_early_gets_no_complaint():
    code = "import sys; from monitor.cli import run; sys.exit(run(['--help']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
