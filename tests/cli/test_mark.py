"""``monitor mark``: a reader's word reverses a verdict, is shown, and can be taken back."""

import pytest

LATER = ("--now", "2026-06-03T08:00:00Z")


@pytest.fixture
def own(home, tmp_path):
    """A copy of the evening, to write in."""
    return home.copy(tmp_path / "own")


def row_with(cli, config, outcome):
    return cli("--config", config, "articles", "--outcome", outcome, "--json").values[0]


def because(cli, config, ref):
    return cli("--config", config, "why", ref, "--json").value["because"]


@pytest.mark.parametrize(("before", "kind", "after"), [("new", "knew", "known"), ("new", "off-topic", "off_topic")])
def test_what_was_kept_is_left_out(cli, own, before, kind, after):
    row = row_with(cli, own, before)
    done = cli("--config", own, *LATER, "mark", row["url"], kind, "--json")
    assert (done.status, done.value["outcome"], done.value["mark"], done.value["before"]) == (0, after, kind, before)
    reason = because(cli, own, row["id"])[0]
    assert (reason["stage"], reason["signal"]) == ("mark", kind)
    told = cli("--config", own, "why", row["id"]).out
    assert "judged new before" in told


@pytest.mark.slow
@pytest.mark.parametrize(("before", "kind"), [("duplicate", "new"), ("off_topic", "wanted")])
def test_what_was_left_out_is_kept_shown_and_left_out_again(cli, own, before, kind):
    row = row_with(cli, own, before)
    done = cli("--config", own, *LATER, "mark", row["id"], kind, "--json")
    assert done.value["outcome"] in ("new", "update")
    edition = cli("--config", own, "--now", "2026-06-03T20:00:00Z", "digest", "--json").value
    shown = [
        article["url"] for topic in edition["topics"] for story in topic["stories"] for article in story["articles"]
    ]
    assert row["url"] in shown
    undone = cli("--config", own, "--now", "2026-06-03T09:00:00Z", "mark", row["id"], "--undo", "--json").value
    assert {name: undone[name] for name in ("outcome", "of", "because", "sentences")} == {
        name: row[name] for name in ("outcome", "of", "because", "sentences")
    }
    assert undone["mark"] is None


def test_marks_are_listed_until_they_are_taken_back(cli, own):
    one, two = cli("--config", own, "articles", "--outcome", "new", "--json").values[:2]
    for row, kind in ((one, "knew"), (two, "knew"), (one, "off-topic")):
        assert cli("--config", own, *LATER, "mark", row["id"], kind).status == 0
    listed = cli("--config", own, "marks", "list", "--json").values
    assert [(row["id"], row["mark"], row["title"]) for row in listed] == [
        (two["id"], "knew", two["title"]),
        (one["id"], "off-topic", one["title"]),
    ]
    assert two["title"] in cli("--config", own, "marks", "list").out
    assert cli("--config", own, *LATER, "mark", two["id"], "--undo").status == 0
    assert [row["id"] for row in cli("--config", own, "marks", "list", "--json").values] == [one["id"]]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("https://nowhere.example/x", "knew"), 1, "no article https://nowhere.example/x was judged"),
        (("ID", "--undo"), 1, "has no mark"),
        (("ID",), 2, "which mark?"),
        (("ID", "great"), 2, "choose one of knew, new, off-topic, wanted"),
        (("ID", "knew", "--undo"), 2, "leave the mark out"),
    ],
)
def test_what_cannot_be_done_is_said(cli, own, arguments, status, told):
    row = row_with(cli, own, "new")
    done = cli("--config", own, "mark", *(row["id"] if word == "ID" else word for word in arguments))
    assert (done.status, done.out) == (status, "")
    assert told in done.err
    assert row_with(cli, own, "new")["id"] == row["id"]
