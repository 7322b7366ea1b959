"""Articles in files: what is read, what is reported, and that one bad file never stops the others."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import ExtractError
from monitor.library import Library, load_library
from monitor.model import Document
from monitor.stages.documents import read_documents
from tests.direct import DirectReader

TEXT = "The harbour council voted on Tuesday to close the old ferry dock for good."
PAGE = f"<html lang=en><title>From HTML</title><body><article><h1>From HTML</h1><p>{TEXT}</p></article></body></html>"


def load(*paths: Path, is_corpus: bool = True) -> Library:
    return asyncio.run(load_library(paths, DirectReader(), is_corpus=is_corpus))


def test_every_kind_of_file_gives_its_articles_in_order_of_name(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(TEXT)
    (tmp_path / "2.md").write_text(f"# Dock\n\n{TEXT}")
    (tmp_path / "3.html").write_text(PAGE)
    (tmp_path / "4.json").write_text(json.dumps({"title": "One", "text": TEXT}))
    (tmp_path / "5.json").write_text(json.dumps({"articles": [{"text": TEXT}, {"html": PAGE}]}))
    (tmp_path / "6.jsonl").write_text(
        "\n".join([json.dumps({"id": "x", "text": TEXT}), "", json.dumps({"text": TEXT})])
    )
    library = load(tmp_path)
    assert library.problems == ()
    assert [item.article.id for item in library.items] == [
        "corpus:1", "corpus:2", "corpus:3", "corpus:4-1", "corpus:5-1", "corpus:5-2", "corpus:x", "corpus:6-3",
    ]  # fmt: skip
    assert all(item.article.sentences == (TEXT,) and item.article.is_corpus for item in library.items)
    assert [item.article.title for item in library.items[:4]] == [None, "Dock", "From HTML", "One"]


def test_other_and_hidden_files_in_a_folder_are_left_out(tmp_path: Path) -> None:
    for name in ("note.pdf", ".hidden.txt", ".git/one.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(TEXT)
    assert load(tmp_path) == Library(items=(), problems=())


def test_two_files_of_one_name_are_two_articles(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.txt").write_text(TEXT)
    assert [item.article.id for item in load(tmp_path).items] == ["corpus:one", "corpus:one-2"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", "Menu\nHome", "no sentence of running text"),
        ("a.html", "", "empty"),
        ("a.json", "{", "not JSON"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.json", "5", "neither an article"),
        ("a.json", '{"articles": 5}', "neither an article"),
        ("a.json", "[5]", "not an object"),
        ("a.json", '{"title": "x"}', 'neither "text" nor "html"'),
        ("a.json", '{"text": " \\n "}', 'neither "text" nor "html"'),
        ("a.jsonl", "{", "not JSON"),
        ("a.json", '{"text": "x", "published": "yesterday"}', "ISO 8601"),
        ("a.json", '{"text": "x", "published": "0001-01-01T00:00:00+14:00"}', "ISO 8601"),
        ("a.pdf", "x", "not one of"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_read(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    bad, good = tmp_path / name, tmp_path / "good.txt"
    bad.write_text(content)
    good.write_text(TEXT)
    library = load(bad, good)
    assert [item.article.id for item in library.items] == ["corpus:good"]
    (problem,) = library.problems
    assert told in problem.detail
    assert problem.path.startswith(str(bad))


def test_a_missing_path_is_reported(tmp_path: Path) -> None:
    (problem,) = load(tmp_path / "nowhere").problems
    assert "no such file" in problem.detail


def test_all_fields_of_a_row_are_taken_over(tmp_path: Path) -> None:
    row = {"url": "https://outlet.example/1", "title": "Dock", "text": f"{TEXT}\n\nIt rains.", "language": "en", "outlet": "Times",
           "published": "2026-09-04T07:00:00+02:00", "authors": ["A. Lind"]}  # fmt: skip
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    (item,) = load(tmp_path, is_corpus=False).items
    article = item.article
    assert (article.url, article.title, article.outlet, article.language) == (row["url"], "Dock", "Times", "en")
    assert article.published_at == datetime(2026, 9, 4, 5, tzinfo=UTC)
    assert (article.sentences, article.starts, article.authors) == ((TEXT, "It rains."), (True, True), ("A. Lind",))
    assert not article.is_corpus


def test_unusual_line_ends_inside_a_row_do_not_break_it(tmp_path: Path) -> None:
    text = "One thing.\u2028Another thing\x85 here."
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": text}, ensure_ascii=False), encoding="utf-8")
    library = load(tmp_path)
    assert library.problems == ()
    assert len(library.items) == 1


def test_half_a_character_in_a_row_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"text": "The dock \\ud800 closes on Tuesday for good."}')
    (item,) = load(tmp_path).items
    assert item.article.sentences == ("The dock ? closes on Tuesday for good.",)


def test_a_text_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Der Fähranleger schließt für immer, sagt die Stadt.".encode("cp1252"))
    assert load(tmp_path).items[0].article.sentences == ("Der Fähranleger schließt für immer, sagt die Stadt.",)


def test_the_same_address_has_the_same_id_in_every_file(tmp_path: Path) -> None:
    for name, url in (("a.json", "https://outlet.example/1"), ("b.json", "http://www.outlet.example/1?utm_source=x")):
        (tmp_path / name).write_text(json.dumps({"url": url, "text": TEXT}))
    one, two = load(tmp_path, is_corpus=False).items
    assert one.article.id == two.article.id


def rows(*texts: str) -> str:
    return "\n".join(texts)


def test_a_bad_row_is_named_by_its_line_and_the_others_are_read(tmp_path: Path) -> None:
    good = json.dumps({"text": TEXT})
    (tmp_path / "a.jsonl").write_text(rows(good, "{", "", '{"text": 5}', good))
    library = load(tmp_path)
    assert [item.article.id for item in library.items] == ["corpus:a-1", "corpus:a-5"]
    assert [problem.path for problem in library.problems] == [f"{tmp_path}/a.jsonl:2", f"{tmp_path}/a.jsonl:4"]


def test_line_numbers_go_on_where_a_long_file_is_read_in_parts(tmp_path: Path) -> None:
    good = json.dumps({"text": TEXT})
    (tmp_path / "a.jsonl").write_text(rows(*[good] * 120, "{", good))
    library = load(tmp_path)
    assert library.items[-1].article.id == "corpus:a-122"
    assert [problem.path for problem in library.problems] == [f"{tmp_path}/a.jsonl:121"]


def test_a_file_in_utf_16_is_read_at_one_go(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(rows(json.dumps({"text": TEXT}), json.dumps({"text": TEXT})), encoding="utf-16")
    assert len(load(tmp_path).items) == 2


class FailingReader(DirectReader):
    """Refuses whatever holds the word "bomb", as a worker that was killed would."""

    async def read_documents(self, body: bytes, suffix: str, *, name: str) -> tuple[Document, ...]:
        if b"bomb" in body:
            raise ExtractError(name, "timeout", "not read in 10 s")
        return read_documents(body, suffix)


def test_a_row_that_ends_a_worker_is_named_and_the_rows_around_it_are_read(tmp_path: Path) -> None:
    good = json.dumps({"text": TEXT})
    (tmp_path / "a.jsonl").write_text(rows(good, json.dumps({"text": "bomb"}), good))
    library = asyncio.run(load_library([tmp_path], FailingReader(), is_corpus=True))
    assert [item.article.id for item in library.items] == ["corpus:a-1", "corpus:a-3"]
    (problem,) = library.problems
    assert (problem.path, problem.detail) == (f"{tmp_path}/a.jsonl:2", "timeout: not read in 10 s")
