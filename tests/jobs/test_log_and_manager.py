"""What the scheduler tells: log lines, and the service manager."""

import io
import json
import logging
import socket
from pathlib import Path

import pytest

from monitor.config import load_settings
from monitor.jobs import ConfigWatch, start_log
from monitor.jobs.log import log, redact, tell, warn
from monitor.jobs.systemd import ServiceManager


@pytest.fixture
def lines():
    stream = io.StringIO()
    yield stream
    log.handlers[:] = []
    log.propagate = True
    log.setLevel(logging.NOTSET)


def test_json_lines_have_time_level_event_and_fields(lines):
    start_log("json", verbosity=0, stream=lines)
    tell("fetched", feeds=3, seconds=1.5, nothing=None)
    line = json.loads(lines.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {"level": "info", "event": "fetched", "feeds": 3, "seconds": 1.5}


def test_text_lines_quote_what_has_blanks_and_mark_warnings(lines):
    start_log("text", verbosity=0, stream=lines)
    warn("feed_failed", feed="https://a.example/x", detail='no "answer"')
    assert lines.getvalue().split(" ", 2)[2] == (
        'WARNING feed_failed feed=https://a.example/x detail="no \\"answer\\""\n'
    )


def test_no_terminal_means_json(lines):
    start_log("auto", verbosity=0, stream=lines)
    tell("x")
    assert json.loads(lines.getvalue())["event"] == "x"


def test_quiet_leaves_warnings(lines):
    start_log("json", verbosity=-1, stream=lines)
    tell("fetched")
    warn("feed_failed")
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == ["feed_failed"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_foreign_text_moves_no_cursor_and_starts_no_line(lines, form):
    start_log(form, verbosity=0, stream=lines)
    tell("x", detail="a\x1b[2J\nb\u202ec\u2028d" + "e" * 5000)
    written = lines.getvalue()
    assert len(written.splitlines()) == 1
    assert not {"\x1b", "\u202e", "\u2028"} & set(written)
    assert len(written) < 1000


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("https://me:pw@a.example/x: timeout", "https://...@a.example/x: timeout"),
        ("https://a.example/x?api_key=abc&b=1", "https://a.example/x?api_key=...&b=1"),
        ("postgresql://u:p%40@h/db", "postgresql://...@h/db"),
        ("notify:tgram://123:abc/9 failed", "notify:tgram://... failed"),
        ("https://a.example/@name/x?page=2", "https://a.example/@name/x?page=2"),
    ],
)
def test_secrets_in_addresses_are_taken_out(told, kept):
    assert redact(told) == kept


def test_the_service_manager_hears_datagrams(tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(5)
        manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "6000000"})
        manager.ready()
        manager.status("two\nlines")
        assert [ear.recv(100) for _ in range(2)] == [b"READY=1", b"STATUS=two lines"]
        assert manager.watchdog_s == 6.0


def test_without_a_service_manager_nothing_is_sent_and_a_dead_one_does_no_harm(tmp_path: Path):
    ServiceManager({}).ready()
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone"), "WATCHDOG_PID": "1", "WATCHDOG_USEC": "1"})
    manager.ready()
    manager.alive()
    assert manager.watchdog_s is None


def watch(tmp_path: Path) -> ConfigWatch:
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: a}]\n")
    return ConfigWatch(lambda: load_settings(path, env={}))


def test_a_changed_configuration_is_taken_and_an_unchanged_one_left(tmp_path: Path):
    watched = watch(tmp_path)
    assert not watched.look()
    (tmp_path / "feeds.yaml").write_text("topics: [{id: a}, {id: b}]\n")
    assert watched.look()
    assert [topic.id for topic in watched.settings.topics] == ["a", "b"]
    assert not watched.look()


def test_a_broken_configuration_keeps_the_old_and_is_told_once(tmp_path: Path, lines):
    start_log("json", verbosity=0, stream=lines)
    watched = watch(tmp_path)
    old = watched.settings
    (tmp_path / "feeds.yaml").write_text("topics: [")
    assert not watched.look()
    watched.ask()
    assert not watched.look()
    (tmp_path / "feeds.yaml").unlink()
    assert not watched.look()
    assert watched.settings is old
    assert [json.loads(line)["event"] for line in lines.getvalue().splitlines()] == ["config_refused"]


def test_a_changed_list_of_feeds_is_read_again(tmp_path: Path):
    opml = tmp_path / "list.opml"
    form = '<opml version="2.0"><body><outline text="x" xmlUrl="https://{}.example/rss"/></body></opml>'
    opml.write_text(form.format("one"))
    (tmp_path / "feeds.yaml").write_text("topics: [{id: a}]\nopml: [list.opml]\n")
    watched = ConfigWatch(lambda: load_settings(tmp_path / "feeds.yaml", env={}))
    opml.write_text(form.format("second"))
    assert watched.look()
    assert [feed.url for feed in watched.settings.feeds] == ["https://second.example/rss"]


def test_another_database_needs_a_restart(tmp_path: Path, lines):
    start_log("json", verbosity=0, stream=lines)
    watched = watch(tmp_path)
    (tmp_path / "feeds.yaml").write_text("topics: [{id: a}]\nstore: sqlite:///other.db\n")
    assert not watched.look()
    assert "restart" in lines.getvalue()
