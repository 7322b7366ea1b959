"""``monitor demo``."""

import pytest

OWN = "# Everything here happens in an invented world that this computer serves to itself.\n"


@pytest.mark.slow
def test_demo_plays_a_day_over_an_earlier_demo_and_names_the_digest(cli, tmp_path):
    (tmp_path / "feeds.yaml").write_text(OWN)
    (tmp_path / "monitor.db").write_text("old")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old.html").write_text("old")
    done = cli("demo", "--keep", tmp_path, "--days", "1")
    assert done.status == 0
    index = tmp_path / "site" / "index.html"
    assert done.out.endswith(f"{index}\n")
    assert "2026-06-02" in done.out
    assert "Kessel Strait" in index.read_text()
    assert not (tmp_path / "site" / "old.html").exists()


@pytest.mark.parametrize(("config", "other"), [(OWN, "notes.txt"), ("topics: []\n", "monitor.db")])
def test_demo_leaves_a_folder_that_is_not_its_own_alone(cli, tmp_path, config, other):
    (tmp_path / "feeds.yaml").write_text(config)
    (tmp_path / other).write_text("mine")
    done = cli("demo", "--keep", tmp_path)
    assert done.status == 2
    assert "is not empty: name a new folder" in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"feeds.yaml", other}


@pytest.mark.parametrize("days", ["0", "4"])
def test_demo_has_three_days_and_no_more(cli, days):
    assert cli("demo", "--days", days).status == 2
