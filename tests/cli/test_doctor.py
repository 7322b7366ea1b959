"""``doctor`` and ``status`` say what is wrong and what to do."""

from datetime import UTC, datetime, timedelta

from monitor.model import Beat
from monitor.store import open_store


def test_doctor_finds_nothing_wrong_with_a_sound_installation(cli, bare):
    done = cli("--config", bare, "doctor", "--offline", "--json")
    levels = {check["check"]: check["level"] for check in done.value["checks"]}
    assert done.status == 0, done.out
    assert levels.pop("channels") in ("ok", "warn")
    assert {"config", "store", "space", "clock", "workers", "encoder", "templates", "outbox"} <= set(levels)
    assert set(levels.values()) == {"ok"}


def test_doctor_tells_every_mistake_of_the_configuration(cli, tmp_path):
    (tmp_path / "feeds.yaml").write_text("topics: [{id: a, threshold: 7}]\nfetsch: {}\n")
    done = cli("--config", tmp_path / "feeds.yaml", "doctor", "--json")
    assert done.status == 1
    assert not done.value["ok"]
    assert [check["level"] for check in done.value["checks"]] == ["fail", "fail"]
    assert all(check["advice"] for check in done.value["checks"])


def test_doctor_tells_of_a_feed_that_cannot_be_reached_and_a_broken_template(cli, bare, tmp_path):
    templates = tmp_path / "own" / "digest"
    templates.mkdir(parents=True)
    (templates / "edition.html").write_text("{{ nothing.at.all ")
    bare.write_text(bare.read_text() + "feeds: ['http://127.0.0.1:9/rss']\ntemplates: own/\n")
    done = cli("--config", bare, "doctor", "--json")
    bad = {check["check"] for check in done.value["checks"] if check["level"] == "fail"}
    assert done.status == 1
    assert bad == {"network", "templates"}


def test_doctor_tells_of_a_damaged_database(cli, bare):
    assert cli("--config", bare, "status").status == 0
    database = bare.parent / "monitor.db"
    body = bytearray(database.read_bytes())
    body[5000:9000] = b"\xff" * 4000
    database.write_bytes(body)
    done = cli("--config", bare, "doctor", "--offline")
    assert done.status == 1
    assert "fail" in done.out
    assert "restore" in done.out


def test_status_ends_with_one_if_the_scheduler_died(cli, bare):
    store = open_store(f"sqlite:///{bare.parent}/monitor.db")
    now = datetime.now(UTC)
    store.slots.save_beat(Beat(name="here:1", started_at=now, beat_at=now))
    assert cli("--config", bare, "status").status == 0
    store.slots.save_beat(Beat(name="here:1", started_at=now, beat_at=now - timedelta(minutes=10)))
    store.close()
    done = cli("--config", bare, "status", "--json")
    assert done.status == 1
    assert [problem["failure"] for problem in done.value["problems"]] == [True]
    assert "start it again" in done.value["problems"][0]["advice"]


def test_backup_and_restore_by_command(cli, bare):
    backup = bare.parent / "b.db"
    assert cli("--config", bare, "backup", backup, "--json").value["rows"]["articles"] == 0
    assert cli("--config", bare, "backup", backup).status == 2
    assert cli("--config", bare, "restore", backup).status == 1
    assert cli("--config", bare, "restore", backup, "--force", "--json").value["kept"].endswith(".before-restore")
