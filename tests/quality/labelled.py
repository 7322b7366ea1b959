"""Labelled news as plain values: sets of articles whose sentences say whether they are new.

A set is a folder with ``articles.jsonl`` (one article an object: id, outlet, published, lang, title, paragraphs as lists
of sentences, relevant, kind, story, updates, for each sentence whether it is novel, changed_figures), ``seeds/`` with
collected texts and optionally ``topic.yaml``. The word ``demo`` names the world in ``monitor/demo/data``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.demo import load_articles
from monitor.demo.articles import DATA

DEFAULT_TOPIC = """\
topics:
  - id: main
    title: Huawei, Chinese AI chips and export controls
    any: [Huawei, 华为, Ascend, 昇腾, DeepSeek, 深度求索, CloudMatrix, CANN, Pangu, 盘古, HarmonyOS, 鸿蒙, SMIC, 中芯国际,
          export controls, 出口管制, Bureau of Industry and Security, Entity List, Nvidia China]
aliases:
  - [Huawei, 华为]
  - [Ascend, 昇腾]
  - [DeepSeek, 深度求索]
  - [Pangu, 盘古]
  - [HarmonyOS, 鸿蒙]
  - [SMIC, 中芯国际]
  - [Nvidia, 英伟达]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One article with its labels. ``address`` is the id of its first version; ``figures`` are (old, new) values."""

    id: str
    address: str
    outlet: str
    published_at: datetime
    language: str
    title: str
    paragraphs: tuple[tuple[str, ...], ...]
    novel: tuple[bool, ...]
    is_relevant: bool
    kind: str
    story: str
    updates: str | None
    figures: tuple[tuple[str, str], ...] = ()
    is_labelled: bool = True

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)

    @property
    def texts(self) -> tuple[str, ...]:
        """The paragraphs as running text; Chinese sentences are joined without a space."""
        joiner = "" if self.language == "zh" else " "
        return tuple(joiner.join(paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Articles in order of time, the folder with the corpus, and topics and aliases as YAML."""

    name: str
    articles: tuple[Labelled, ...]
    seeds: Path
    topic: str


def load_set(name: str) -> LabelledSet:
    """The set in a folder, in ``FOLDER=SEEDS``, or ``demo``."""
    if name == "demo":
        return _demo()
    folder, _, seeds = name.partition("=")
    home = Path(folder)
    own = home / "topic.yaml"
    rows = [json.loads(line) for line in (home / "articles.jsonl").read_text(encoding="utf-8").splitlines() if line]
    return LabelledSet(
        name=home.name,
        articles=_in_order([_article(row) for row in rows]),
        seeds=Path(seeds) if seeds else home / "seeds",
        topic=own.read_text(encoding="utf-8") if own.exists() else DEFAULT_TOPIC,
    )


def _article(row: dict[str, Any]) -> Labelled:
    return Labelled(
        id=row["id"],
        address=row["id"],
        outlet=row["outlet"],
        published_at=datetime.fromisoformat(row["published"]),
        language=row["lang"],
        title=row["title"],
        paragraphs=tuple(map(tuple, row["paragraphs"])),
        novel=tuple(sentence["novel"] for sentence in row["sentences"]),
        is_relevant=row["relevant"],
        kind=row["kind"],
        story=row["story"],
        updates=row.get("updates"),
        figures=tuple((change["old"], change["new"]) for change in row.get("changed_figures", ())),
    )


def _demo() -> LabelledSet:
    kinds = {"follow-up": "new-story", "rewrite": "seed-rewrite", "corpus-copy": "wire-copy"}
    articles = [
        Labelled(
            id=article.id,
            address=article.id,
            outlet=article.outlet,
            published_at=article.published_at,
            language=article.language,
            title=article.title,
            paragraphs=tuple(tuple(sentence.text for sentence in paragraph) for paragraph in article.paragraphs),
            novel=tuple(sentence.is_novel for sentence in article.sentences),
            is_relevant=article.is_relevant,
            kind=kinds.get(article.kind, article.kind),
            story=article.story,
            updates=article.updates,
            figures=tuple((change.old, change.new) for change in article.changed_figures),
        )
        for article in load_articles()
    ]
    config = (DATA / "feeds.yaml").read_text(encoding="utf-8")
    topic = config[config.index("topics:") : config.index("digests:")]
    return LabelledSet(name="demo", articles=_in_order(articles), seeds=Path(str(DATA / "corpus")), topic=topic)


def _in_order(articles: list[Labelled]) -> tuple[Labelled, ...]:
    """Sorted by time; a later version has the address of the first."""
    ordered = sorted(articles, key=lambda article: article.published_at)
    first: dict[str, str] = {}
    for article in ordered:
        first[article.id] = first.get(article.updates, article.updates) if article.updates else article.id
    return tuple(replace(article, address=first[article.id]) for article in ordered)


def copies_of_corpus(labelled: LabelledSet) -> tuple[Labelled, ...]:
    """Four copies of every corpus text, made of its raw lines: exact, framed, cut to 60 %, embedded in a round-up.

    They stand before all other articles, as if other outlets had reprinted what the reader has read.
    """
    first = labelled.articles[0]
    fillers = [article.paragraphs for article in labelled.articles if article.kind == "off-topic"]
    copies = []
    for number, path in enumerate(sorted(labelled.seeds.iterdir())):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        body = tuple((line,) for line in lines if line)
        other = fillers[number % len(fillers)]
        kept = max(3, round(len(body) * 0.6))
        texts = {
            "exact": body,
            "framed": (
                ("Good morning from our technology desk.",), *body, ("This report first appeared elsewhere.",)
            ),
            "cut": body[:kept],
            "embedded": (*other, *body, *other[:1]),
        }  # fmt: skip
        for kind, paragraphs in texts.items():
            name = f"seed{path.name.split('_')[0].split('-')[0]}-{kind}"
            copies.append(
                replace(
                    first,
                    id=name,
                    address=name,
                    outlet=f"Copyist {kind}",
                    language="en",
                    updates=None,
                    title=max(lines[:2], key=len)[:110],
                    paragraphs=paragraphs,
                    novel=(),
                    is_relevant=True,
                    kind=f"seed-{kind}",
                    story="",
                    figures=(),
                    is_labelled=False,
                )  # fmt: skip
            )
    return tuple(copies)
