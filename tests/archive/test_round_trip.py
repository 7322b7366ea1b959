"""What a fetch kept and an import reads back are the same articles."""

import asyncio
from pathlib import Path

import pytest

from monitor.app import App, choose_feeds, fetch, import_articles, open_app
from monitor.config import load_settings
from monitor.demo import DemoWorld
from tests.factories import FakeEmbedder


def articles(app: App) -> dict[str, tuple]:
    found = (judged.article for _, judged in app.store.articles.iter_judged())
    return {a.id: (a.url, a.title, a.sentences, a.authors, a.language, a.published_at) for a in found}


@pytest.mark.slow
@pytest.mark.long
def test_an_archive_imported_into_an_empty_store_gives_the_same_articles(tmp_path: Path) -> None:
    fetched: dict[str, tuple] = {}
    with DemoWorld() as world:
        for name in ("one", "two"):
            path = world.write_config(tmp_path / name)
            path.write_text(path.read_text() + "archive: {folder: warc/}\n")
        settings = load_settings(tmp_path / "one" / "feeds.yaml", env={})
        for evening in world.days:
            world.set_clock(evening)
            with open_app(settings, now=evening) as app:
                report = asyncio.run(fetch(app, choose_feeds(app, all_feeds=True), embedder=FakeEmbedder()))
                fetched = articles(app)
            assert report.errors == []
    assert len(fetched) > 40
    with open_app(load_settings(tmp_path / "two" / "feeds.yaml", env={}), now=world.days[-1]) as app:
        folder = tmp_path / "one" / "warc"
        _, library = asyncio.run(import_articles(app, [folder], as_known=False, embedder=FakeEmbedder()))
        assert articles(app) == fetched
    assert library.problems == ()
    assert dict(library.n_skipped) == {"warcinfo": len(world.days)}
