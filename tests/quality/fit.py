"""Fits the logistic models of ``monitor/stages/fitted.py`` on labelled months of news.

    python tests/quality/fit.py SET [SET ...] [--events FILE] [--write]

A SET is a folder with ``articles.jsonl`` (one article an object: id, published, lang, title, paragraphs as lists of
sentences, relevant, kind, story, updates, and for each sentence whether it is novel), ``seeds/`` with collected texts
and optionally ``topic.yaml``; ``FOLDER=SEEDS`` names another seeds folder, the word ``demo`` the demo world. The articles are played in order of time
through the signals of ``monitor.stages``, the labels deciding what becomes known ("teacher forcing"). Prints how each
subject is predicted from the others (area under the curve, F1), then, with ``--write``, writes the models fitted on all.
FILE has reports of
pairs of look-alike events, one article an object (text, story, topic); each half of its topics is predicted from the
other half too. Needs scikit-learn, which the program itself does not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from monitor.demo import DemoWorld, load_articles, load_corpus
from monitor.model import Article, Outcome, Topic
from monitor.ports import Embedder
from monitor.stages.analysis import Analysis, analyse
from monitor.stages.clipping import read_clipping
from monitor.stages.events import pair_signals
from monitor.stages.known import KnownBase
from monitor.stages.novelty import find_neighbours, signals_of_all
from monitor.stages.relevance import build_profile, relevance_signals
from monitor.stages.stories import candidates, days_apart, evidence_signals, story_signals
from monitor.text.fingerprints import prints
from monitor.text.sentences import split_sentences
from tests.quality.playing import RememberingEncoder

TARGET = Path(__file__).parents[2] / "monitor" / "stages" / "fitted.py"
CORPUS_SIGNALS = ("title", "share", "opening", "terms", "contrast", "closer", "closest", "words",
                  "nearest_words", "nearest_meaning")  # fmt: skip
TERM_SIGNALS = ("title", "share", "opening", "terms", "nearest_words", "nearest_meaning", "alone")
RECALL_SHIFT = 0.55
"""Added to the bias of relevance: moves the operating point to .37 of the fitted probability."""

KINDS = ("relevance", "terms", "novel", "event")
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
DEFAULT_TOPIC = """\
topics:
  - any: [Huawei, 华为, Ascend, 昇腾, DeepSeek, 深度求索, CloudMatrix, CANN, Pangu, 盘古, HarmonyOS, 鸿蒙, SMIC, 中芯国际,
          export controls, 出口管制, Bureau of Industry and Security, Entity List, Nvidia China]
aliases:
  - [Nvidia, 英伟达]
"""


class Samples:
    """Signals and labels of one kind, by subject."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, float]]] = defaultdict(list)
        self.labels: dict[str, list[bool]] = defaultdict(list)

    def add(self, subject: str, signals: dict[str, float], label: bool) -> None:
        self.rows[subject].append(signals)
        self.labels[subject].append(label)


@dataclass
class StorySample:
    """One article and one story it was compared with: the content signals, and its pairs as rows of the pair samples."""

    content: dict[str, float]
    pairs: range
    label: bool


def compare(
    analysis: Analysis, known: KnownBase, at: datetime, story: str | None, pairs: Samples, subject: str
) -> list[StorySample]:
    """Compare an article with the stories near it as the program does, the labels deciding who belongs where."""
    by_story: dict[str, list[Any]] = defaultdict(list)
    for document in candidates(analysis, known, at=at):
        by_story[document.story_id or ""].append(document)
    found = []
    for name, documents in by_story.items():
        first = len(pairs.rows[subject])
        for document in documents:
            signals = pair_signals(analysis, document.analysis, known, days=days_apart(at, document))
            pairs.add(subject, signals, name == story)
        reports = [document.analysis for document in documents]
        content = story_signals(analysis, reports, [0.0], known)
        found.append(StorySample(content, range(first, len(pairs.rows[subject])), name == story))
    return found


def play_events(path: Path, encoder: Embedder) -> tuple[Samples, dict[str, list[StorySample]]]:
    """The pairs and stories of a file of reports without dates, in two halves by topic."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    topics = sorted({row["topic"] for row in rows})
    known = KnownBase()
    pairs, stories = Samples(), defaultdict(list)
    for row in rows:
        paragraphs = [split_sentences(paragraph, "en") for paragraph in row["text"].split("\n")]
        given = {"id": row["id"], "title": None, "outlet": None, "lang": "en", "published": UNDATED.isoformat()}
        analysis = analyse(article_of(given | {"paragraphs": paragraphs}), encoder)
        subject = f"{path.stem}-{topics.index(row['topic']) % 2 + 1}"
        stories[subject] += compare(analysis, known, UNDATED, row["story"], pairs, subject)
        remember(known, analysis, Outcome.NEW, row["story"])
    return pairs, stories


def story_rows(stories: dict[str, list[StorySample]], pairs: Samples, names: tuple[str, ...]) -> Samples:
    """The samples of whole stories; the evidence of their pairs comes from a model fitted on the other subjects."""
    samples = Samples()
    for subject, found in stories.items():
        others = [name for name in pairs.rows if name != subject]
        model = fit_evenly(pairs, others, names)
        evidence = model.decision_function(matrix(pairs.rows[subject], names))
        for sample in found:
            signals = sample.content | evidence_signals([float(evidence[place]) for place in sample.pairs])
            samples.add(subject, signals, sample.label)
    return samples


def article_of(row: dict[str, Any]) -> Article:
    sentences = [sentence for paragraph in row["paragraphs"] for sentence in paragraph]
    starts = [place == 0 for paragraph in row["paragraphs"] for place, _ in enumerate(paragraph)]
    return Article(
        id=row["id"], url=None, canonical_url=None, title=row["title"], standfirst=None, sentences=tuple(sentences),
        starts=tuple(starts), outlet=row["outlet"], language=row["lang"],
        published_at=datetime.fromisoformat(row["published"]),
    )  # fmt: skip


def corpus_articles(folder: Path) -> list[Article]:
    found = []
    for path in sorted(folder.glob("*.txt")):
        clipping = read_clipping(path.read_text(encoding="utf-8"))
        sentences = tuple(sentence for paragraph in clipping.paragraphs for sentence in paragraph)
        found.append(
            Article(
                id=f"corpus:{path.stem}",
                url=None,
                canonical_url=None,
                title=clipping.title,
                standfirst=None,
                sentences=sentences,
                starts=(True,) * len(sentences),
                outlet=None,
                language=clipping.language,
                is_corpus=True,
                published_at=clipping.published_at,
            )  # fmt: skip
        )
    return found


def write_demo(folder: Path) -> Path:
    """The demo world as a set like the others."""
    home = folder / "demo"
    (home / "seeds").mkdir(parents=True)
    for name, text in load_corpus().items():
        (home / "seeds" / name).write_text(text, encoding="utf-8")
    rows = []
    for article in sorted(load_articles(), key=lambda article: article.published_at):
        sentences = [sentence for paragraph in article.paragraphs for sentence in paragraph]
        kind = {"follow-up": "new-story", "rewrite": "seed-rewrite"}.get(article.kind, article.kind)
        rows.append(
            {
                "id": article.id,
                "outlet": article.outlet,
                "published": article.published_at.isoformat(),
                "lang": article.language,
                "title": article.title,
                "relevant": article.is_relevant,
                "kind": kind,
                "story": article.story,
                "updates": article.updates,
                "paragraphs": [[sentence.text for sentence in paragraph] for paragraph in article.paragraphs],
                "sentences": [{"novel": sentence.is_novel} for sentence in sentences],
            }
        )
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (home / "articles.jsonl").write_text(lines, encoding="utf-8")
    with DemoWorld() as world:
        config = YAML(typ="safe").load(world.write_config(folder / "config").read_text(encoding="utf-8"))
    with (home / "topic.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"topics": config["topics"], "aliases": config["aliases"]}, file)
    return home


def play(folder: Path, seeds: Path, encoder: Embedder) -> tuple[dict[str, Samples], list[StorySample]]:
    subject = folder.name
    samples: dict[str, Samples] = {name: Samples() for name in KINDS}
    own = folder / "topic.yaml"
    config = YAML(typ="safe").load(own.read_text(encoding="utf-8") if own.exists() else DEFAULT_TOPIC)
    topic = Topic(id="main", title="", any_terms=tuple(config["topics"][0]["any"]))
    known = KnownBase()
    corpus = [analyse(article, encoder) for article in corpus_articles(seeds)]
    for analysis in corpus:
        remember(known, analysis, Outcome.KNOWN, None)
    profile = build_profile(topic, config.get("aliases", []), corpus)
    plain = build_profile(replace(topic, learn=False), config.get("aliases", []), corpus)
    rows = [json.loads(line) for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    stories: list[StorySample] = []
    for row in rows:
        analysis = analyse(article_of(row), encoder)
        if not row.get("updates"):
            signals, _, _ = relevance_signals(analysis, profile, known, encoder)
            samples["relevance"].add(subject, signals, row["relevant"])
            signals, _, _ = relevance_signals(analysis, plain, known, encoder)
            samples["terms"].add(subject, signals, row["relevant"])
            # the same article as the first one that a new installation sees
            first = {"nearest_words": 0.0, "nearest_meaning": 0.0, "alone": 1.0}
            samples["terms"].add(subject, signals | first, row["relevant"])
        if row["relevant"]:
            every = signals_of_all(analysis, find_neighbours(analysis, known), known)
            for signals, label in zip(every, row["sentences"], strict=True):
                samples["novel"].add(subject, signals, label["novel"])
        is_report = row["relevant"] and row["kind"] not in ("wire-copy", "roundup", "corpus-copy")
        if is_report:
            when = datetime.fromisoformat(row["published"])
            stories += compare(analysis, known, when, row["story"], samples["event"], subject)
        outcome = Outcome.NEW if row["relevant"] else Outcome.OFF_TOPIC
        can_anchor = is_report and row["kind"] != "seed-rewrite"
        remember(known, analysis, outcome, row["story"] if row["relevant"] else None, can_anchor=can_anchor)
    return samples, stories


def remember(
    known: KnownBase, analysis: Analysis, outcome: Outcome, story: str | None, *, can_anchor: bool = True
) -> None:
    known.add(
        analysis.article, outcome=outcome, prints=prints(" ".join(analysis.article.sentences)), hash_of_text=None,
        address=None, analysis=analysis, topic_ids=("main",) if outcome.is_kept else (), story_id=story,
        can_anchor=can_anchor,
    )  # fmt: skip


def fit_evenly(samples: Samples, subjects: Sequence[str], names: tuple[str, ...]) -> Any:
    """A model to which every subject, and in it either answer, counts the same."""
    weights = []
    for subject in subjects:
        truth = np.array(samples.labels[subject])
        weights.append(np.where(truth, 1 / max(1, truth.sum()), 1 / max(1, (~truth).sum())))
    rows = [row for subject in subjects for row in samples.rows[subject]]
    labels = np.array([label for subject in subjects for label in samples.labels[subject]])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
    return model.fit(matrix(rows, names), labels, logisticregression__sample_weight=1000 * np.concatenate(weights))


def fit(rows: list[dict[str, float]], labels: list[bool], names: tuple[str, ...], *, balanced: bool) -> Any:
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=0.3, max_iter=2000, class_weight="balanced" if balanced else None)
    )
    return model.fit(matrix(rows, names), np.array(labels))


def matrix(rows: list[dict[str, float]], names: tuple[str, ...]) -> np.ndarray:
    return np.array([[row[name] for name in names] for row in rows])


def fitted_on(
    samples: Samples, subjects: Sequence[str], names: tuple[str, ...], *, balanced: bool, evenly: bool
) -> Any:
    if evenly:
        return fit_evenly(samples, subjects, names)
    rows = [row for subject in subjects for row in samples.rows[subject]]
    labels = [label for subject in subjects for label in samples.labels[subject]]
    return fit(rows, labels, names, balanced=balanced)


def natural_units(model: Any, names: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    """Bias and weights on the signals themselves instead of on standardised ones."""
    scaler, logistic = model[0], model[1]
    weights = logistic.coef_[0] / scaler.scale_
    bias = logistic.intercept_[0] - float((weights * scaler.mean_).sum())
    return round(float(bias), 3), {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def report(
    title: str, samples: Samples, names: tuple[str, ...], *, balanced: bool, evenly: bool = False
) -> tuple[float, dict[str, float]]:
    print(f"{title}: {sum(map(len, samples.rows.values()))} samples")
    for subject in samples.rows:
        others = [name for name in samples.rows if name != subject]
        if not others:
            break
        model = fitted_on(samples, others, names, balanced=balanced, evenly=evenly)
        truth = np.array(samples.labels[subject])
        predicted = model.predict_proba(matrix(samples.rows[subject], names))[:, 1]
        hit = float((truth & (predicted >= 0.5)).sum())
        f1 = 2 * hit / float(truth.sum() + (predicted >= 0.5).sum())
        print(f"  {subject} from the others: AUC {roc_auc_score(truth, predicted):.3f}, F1 {f1:.3f}")
    model = fitted_on(samples, list(samples.rows), names, balanced=balanced, evenly=evenly)
    bias, weights = natural_units(model, names)
    print(f"  bias {bias}, {weights}")
    return bias, weights


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("sets", nargs="+")
    ask.add_argument("--events", type=Path)
    ask.add_argument("--cache", type=Path, help="keep the vectors of all sentences in this file")
    ask.add_argument("--write", action="store_true")
    args = ask.parse_args()
    encoder = RememberingEncoder(args.cache)
    merged: dict[str, Samples] = {name: Samples() for name in KINDS}
    stories: dict[str, list[StorySample]] = {}
    for given in args.sets:
        folder, _, seeds = given.partition("=")
        if given == "demo":
            folder = str(write_demo(Path(mkdtemp())))
        played, stories[Path(folder).name] = play(Path(folder), Path(seeds or f"{folder}/seeds"), encoder)
        for name, samples in played.items():
            merged[name].rows |= samples.rows
            merged[name].labels |= samples.labels
    if args.events:
        pairs, found = play_events(args.events, encoder)
        merged["event"].rows |= pairs.rows
        merged["event"].labels |= pairs.labels
        stories |= found
    novel_names = tuple(next(iter(merged["novel"].rows.values()))[0])
    event_names = tuple(next(iter(merged["event"].rows.values()))[0])
    of_stories = story_rows(stories, merged["event"], event_names)
    story_names = tuple(next(iter(of_stories.rows.values()))[0])
    models = {
        # A lost article is worse than a surplus one, hence the shift.
        "RELEVANCE": shifted(report("relevance", merged["relevance"], CORPUS_SIGNALS, balanced=True)),
        "RELEVANCE_TERMS_ONLY": report("relevance, terms only", merged["terms"], TERM_SIGNALS, balanced=True),
        "NOVEL": report("novel sentences", merged["novel"], novel_names, balanced=False),
        "SAME_EVENT": report("same event", merged["event"], event_names, balanced=True, evenly=True),
        "SAME_STORY": report("same story", of_stories, story_names, balanced=True, evenly=True),
    }
    encoder.save()
    if args.write:
        TARGET.write_text(render(models), encoding="utf-8")
        print(f"written: {TARGET}", file=sys.stderr)


def shifted(model: tuple[float, dict[str, float]]) -> tuple[float, dict[str, float]]:
    return round(model[0] + RECALL_SHIFT, 3), model[1]


def render(models: dict[str, tuple[float, dict[str, float]]]) -> str:
    lines = ['"""Fitted models, written by ``tests/quality/fit.py``; see ``weights`` for what the numbers mean."""', "",
             "from monitor.stages.weights import Logistic", ""]  # fmt: skip
    for name, (bias, weights) in models.items():
        lines += [f"{name} = Logistic(", f"    bias={bias},", "    weights={"]
        lines += [f'        "{signal}": {weight},' for signal, weight in weights.items()]
        lines += ["    },", ")", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
