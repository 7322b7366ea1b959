"""``monitor corpus``."""

import json
from pathlib import Path

import pytest

TEXT = """# Otters return to the Ansel river

3 May 2026

Share | Print | Save

Twelve otters were counted on the Ansel river this spring, the river board said on Sunday.

It was the first count in nine years. The board had found none in 2017.
"""


@pytest.fixture
def seeds(bare: Path) -> Path:
    (bare.parent / "seeds" / "otters.md").write_text(TEXT)
    return bare.parent / "seeds"


def test_list_as_json_tells_how_each_article_is_understood(cli, bare, seeds):
    done = cli("--config", bare, "corpus", "list", "--json")
    assert done.status == 0
    assert done.values == [
        {
            "id": "corpus:otters",
            "title": "Otters return to the Ansel river",
            "first_words": "Twelve otters were counted on the Ansel river this spring, t…",
            "path": str(seeds / "otters.md"),
            "url": None,
            "published": "2026-05-03T00:00:00Z",
            "language": "en",
            "paragraphs": 2,
            "sentences": 3,
            "repeated": 0,
            "furniture": ["3 May 2026", "Share | Print | Save"],
        }
    ]


def test_list_shows_what_was_left_out_only_when_asked(cli, bare, seeds):
    short = cli("--config", bare, "corpus", "list")
    long = cli("--config", bare, "corpus", "list", "-v")
    assert "2 lines left out" in short.out
    assert "Share | Print" not in short.out
    assert "Share | Print" in long.out


def test_list_names_a_text_without_a_title_by_its_first_words(cli, bare, seeds):
    (seeds / "otters.md").write_text("Twelve otters were counted on the river this spring.")
    assert "(no title) Twelve otters were counted" in cli("--config", bare, "corpus", "list").out


def test_list_goes_on_after_a_file_that_cannot_be_read(cli, bare, seeds):
    (seeds / "broken.json").write_text("{")
    done = cli("--config", bare, "corpus", "list", "--json")
    assert done.status == 0
    assert [row["id"] for row in done.values] == ["corpus:otters", None]
    assert "not JSON" in done.values[1]["error"]
    assert f"cannot be read: {seeds}/broken.json" in done.err


def test_list_of_an_empty_corpus_says_how_to_fill_it(cli, bare):
    done = cli("--config", bare, "corpus", "list")
    assert (done.status, done.out) == (0, "")
    assert "corpus add" in done.err


def test_add_copies_a_file_into_the_first_folder(cli, bare, tmp_path):
    (tmp_path / "otters.md").write_text(TEXT)
    done = cli("--config", bare, "corpus", "add", tmp_path / "otters.md")
    assert done.status == 0
    assert (bare.parent / "seeds" / "otters.md").read_text() == TEXT


def test_add_never_overwrites(cli, bare, seeds, tmp_path):
    (tmp_path / "otters.md").write_text("Another text that has the same name as the first one.")
    done = cli("--config", bare, "corpus", "add", tmp_path / "otters.md")
    assert done.status == 1
    assert "is there already" in done.err
    assert (seeds / "otters.md").read_text() == TEXT


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("empty.md", "", "no sentence of running text"),
        ("broken.jsonl", "{", "not JSON"),
        ("paper.pdf", "%PDF", "not one of"),
        ("gone.md", None, "No such file"),
    ],
)
def test_add_keeps_nothing_that_cannot_be_read(cli, bare, tmp_path, name, body, told):
    if body is not None:
        (tmp_path / name).write_text(body)
    done = cli("--config", bare, "corpus", "add", tmp_path / name)
    assert done.status == 1
    assert told in done.err
    assert list((bare.parent / "seeds").iterdir()) == []


def test_add_fetches_an_address_and_keeps_its_text(cli, bare, world):
    url = world.url_of("D01")
    done = cli("--config", bare, "corpus", "add", url)
    assert done.status == 0
    name = "kessel-strait-tidal-turbine-loses-blade-four-machines-stoppe.md"
    assert f"Source: {url}" in (bare.parent / "seeds" / name).read_text()
    row = cli("--config", bare, "corpus", "list", "--json").values[0]
    assert row["title"] == "Kessel Strait tidal turbine loses blade, four machines stopped"
    assert (row["published"], row["sentences"]) == ("2026-06-02T00:00:00Z", 9)


def test_add_of_an_address_that_does_not_answer_fails_and_goes_on(cli, bare, world, tmp_path):
    (tmp_path / "otters.md").write_text(TEXT)
    done = cli("--config", bare, "corpus", "add", world.url_of("D01") + "gone", tmp_path / "otters.md")
    assert done.status == 1
    assert "http_status" in done.err
    assert [path.name for path in (bare.parent / "seeds").iterdir()] == ["otters.md"]


def test_add_without_a_corpus_folder_says_what_to_write(cli, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: a}]\n")
    done = cli("--config", path, "corpus", "add", "text.md")
    assert done.status == 2
    assert "corpus: [seeds/]" in done.err


@pytest.mark.parametrize("name", ["corpus:otters", "otters"])
def test_remove_deletes_the_file_of_an_id(cli, bare, seeds, name):
    done = cli("--config", bare, "corpus", "remove", name)
    assert done.status == 0
    assert list(seeds.iterdir()) == []


def test_remove_deletes_nothing_if_one_id_is_unknown(cli, bare, seeds):
    done = cli("--config", bare, "corpus", "remove", "otters", "beavers")
    assert done.status == 2
    assert "no article beavers" in done.err
    assert (seeds / "otters.md").exists()


def test_remove_leaves_a_file_with_several_articles(cli, bare, seeds):
    row = json.dumps({"title": "One", "text": "A sentence that stands here alone."})
    (seeds / "many.jsonl").write_text(f"{row}\n{row}\n")
    done = cli("--config", bare, "corpus", "remove", "many-1")
    assert done.status == 2
    assert "holds several articles" in done.err
    assert (seeds / "many.jsonl").exists()


def test_remove_leaves_what_stands_outside_the_corpus_folders(cli, bare, seeds, tmp_path):
    outside = tmp_path / "outside.md"
    outside.write_text(TEXT)
    (seeds / "otters.md").unlink()
    (seeds / "link.md").symlink_to(outside)
    bare.write_text(bare.read_text().replace("[seeds/]", "[seeds/, outside.md]"))
    for name in ("outside", "link"):
        done = cli("--config", bare, "corpus", "remove", name)
        assert done.status == 2
        assert "in none of the corpus folders" in done.err
    assert outside.exists()
