"""Plays a labelled set through the judgement of the program, in process: no web, a database in memory.

Day by day: the articles of the day in order of publication, then the evening's edition, whose sentences count as shown.
The same desk, judgement, storing and composing as in ``monitor fetch`` and ``monitor digest --send``; only polling and
extraction are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from monitor import pipeline
from monitor.app import App, draft_edition, open_desk
from monitor.config import load_settings
from monitor.library import load_library
from monitor.meaning import SentenceEncoder
from monitor.model import Article, Edition, JudgedArticle, Page
from monitor.pipeline import Desk
from monitor.ports import Embedder, Vectors
from monitor.stages.reading import cut
from monitor.store import open_store
from monitor.text.normalise import text_hash
from tests.direct import DirectReader
from tests.quality.labelled import Labelled, LabelledSet, copies_of_corpus

_EVENING = time(22, tzinfo=UTC)
_REST = """
corpus: [{seeds}]
digests:
  - {{id: daily, title: Daily, topics: [{topic_id}], schedule: "0 22 * * *", timezone: UTC, empty: send, deliver: []}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What became of every address, and the editions in their order."""

    judged: dict[str, JudgedArticle]
    editions: tuple[Edition, ...]


class RememberingEncoder:
    """The sentence encoder with a memory in a file, so that a second run encodes nothing; implements ``Embedder``."""

    def __init__(self, path: Path | None = None, encoder: Embedder | None = None) -> None:
        self._encoder = encoder or SentenceEncoder()
        self._path = path
        self._rows: dict[str, Vectors] = {}
        if path is not None and path.exists():
            with np.load(path) as stored:
                self._rows = dict(zip(stored["texts"].tolist(), stored["rows"], strict=True))
        self._n_stored = len(self._rows)

    @property
    def name(self) -> str:
        return self._encoder.name

    def embed(self, texts: Sequence[str]) -> Vectors:
        fresh = sorted({text for text in texts if text not in self._rows})
        if fresh:
            self._rows.update(zip(fresh, self._encoder.embed(fresh).astype(np.float16), strict=True))
        return np.array([self._rows[text] for text in texts], dtype=np.float32).reshape(len(texts), -1)

    def rarity(self, word: str) -> float:
        return self._encoder.rarity(word)

    def background(self) -> Vectors:
        return self._encoder.background()

    def save(self) -> None:
        """Write the memory to its file, if it has one and learnt something."""
        if self._path is not None and len(self._rows) > self._n_stored:
            with self._path.open("wb") as file:
                np.savez(file, texts=np.array(list(self._rows)), rows=np.array(list(self._rows.values())))


def play(labelled: LabelledSet, encoder: Embedder, *, with_copies: bool = True) -> Played:
    """Judge the whole set; *with_copies* adds four copies of every corpus text on the first day."""
    queue = [*(copies_of_corpus(labelled) if with_copies else ()), *labelled.articles]
    with TemporaryDirectory() as folder, closing(open_store("sqlite://")) as store:
        path = Path(folder) / "feeds.yaml"
        path.write_text(_config(labelled), encoding="utf-8")
        settings = load_settings(path, env={})
        # Collected texts need no worker that parses HTML.
        library = asyncio.run(load_library(settings.corpus, DirectReader(), is_corpus=True))
        app = App(settings=settings, store=store, now=_evening(queue[0].published_at))
        desk = open_desk(app, [item.article for item in library.items], embedder=encoder)
        days = sorted({_evening(article.published_at) for article in queue})
        editions = []
        now = days[0]
        while now <= days[-1]:
            today = replace(app, now=now)
            for article in _of_day(queue, now):
                _read(today, desk, article)
            editions.append(_send(today, desk))
            now += timedelta(days=1)
        return Played(
            judged={judged.article.id: judged for _, judged in store.articles.iter_judged()}, editions=tuple(editions)
        )


def _config(labelled: LabelledSet) -> str:
    topic_id = labelled.topic.split("id:", 1)[1].split()[0]
    return labelled.topic + _REST.format(seeds=labelled.seeds.resolve(), topic_id=topic_id)


def _evening(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).date()
    evening = datetime.combine(day, _EVENING)
    return evening if moment <= evening else evening + timedelta(days=1)


def _of_day(queue: Sequence[Labelled], now: datetime) -> list[Labelled]:
    """The articles of one evening; of two versions at one address the program sees the later one only."""
    today = [article for article in queue if _evening(article.published_at) == now]
    newest = {article.address: article for article in today}
    return [article for article in today if newest[article.address] is article]


def article_of(labelled: Labelled, *, now: datetime) -> Article:
    """The article as extraction would hand it over: its sentences are cut by the program."""
    sentences, starts = cut(Page(url=None, paragraphs=labelled.texts), labelled.language)
    url = f"https://outlet.example/{labelled.address}"
    return Article(
        id=labelled.address, url=url, canonical_url=url, title=labelled.title, standfirst=None, sentences=sentences,
        starts=starts, outlet=labelled.outlet, language=labelled.language, published_at=labelled.published_at,
        first_seen_at=now,
    )  # fmt: skip


def _read(app: App, desk: Desk, labelled: Labelled) -> None:
    article = article_of(labelled, now=app.now)
    before = app.store.articles.find_judged(article.id)
    judgement = desk.judge.judge(article, now=app.now, earlier=before.verdict.sentences if before else ())
    revision = before.revision + 1 if before else 1
    pipeline.save_judgement(desk, judgement, store=app.store, entry_seq=None, revision=revision, now=app.now)


def _send(app: App, desk: Desk) -> Edition:
    digest = app.settings.digests[0]
    draft = draft_edition(app, digest)
    edition = draft.composition.edition
    pipeline.store_edition(digest, draft.composition, store=app.store, to_seq=draft.to_seq, slot=None, now=app.now)
    for story in edition.stories:
        for sentence in story.new:
            desk.judge.known.shown[text_hash(sentence.text)] = edition.id
    return edition
