"""The measures of judgement: what users feel first, each in [0, 1] or as "so many of so many".

relevance   precision, recall, F1 of "on topic" (any outcome but off_topic and failed), first versions only
copies      share of the labelled copies that are duplicate or known, by kind; ``false``: genuine reports with news that
            were called duplicate or known
rewrites    retellings without news that were dropped, retellings with news that were kept
stories     B-cubed (Bagga & Baldwin 1998; Amigó et al. 2009) over relevant reports of events
novelty     sentences called new, over relevant articles that were kept
figures     labelled changed figures that some edition shows
digests     sentences shown twice
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from monitor.model import Edition, JudgedArticle, Outcome
from tests.quality.labelled import Labelled, LabelledSet
from tests.quality.playing import Played

_REPORTS = ("new-story", "zh")
_DROPPED = (Outcome.DUPLICATE, Outcome.KNOWN)
_SAME_SENTENCE = 0.6
_WORD = re.compile(r"[一-鿿]|[A-Za-z0-9.,%$€¥]*[A-Za-z0-9]")


def measure(labelled: LabelledSet, played: Played) -> dict[str, Any]:
    """Every measure of one set."""
    base = {article.id: article for article in labelled.articles if not article.updates}
    found = played.judged
    report: dict[str, Any] = {"articles": len(labelled.articles)}
    on_topic = {id for id in base if found[id].verdict.outcome not in (Outcome.OFF_TOPIC, Outcome.FAILED)}
    relevant = {id for id, article in base.items() if article.is_relevant}
    report["relevance"] = _prf(len(on_topic & relevant), len(on_topic), len(relevant))
    report["relevance"] |= {"missed": sorted(relevant - on_topic), "surplus": sorted(on_topic - relevant)}
    report["copies"] = _copies(base, found)
    report["rewrites"] = _rewrites(base, found)
    members = {id: base[id].story for id in relevant if base[id].kind in _REPORTS}
    report["stories"] = bcubed(members, {id: found[id].verdict.story_id or f"alone-{id}" for id in members})
    report["novelty"] = _novelty(labelled, found)
    report["figures"] = _figures(labelled, played.editions)
    report["digests"] = _repeats(played.editions)
    return report


def bcubed(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> dict[str, Any]:
    """B-cubed precision, recall and F1 of *found* groups against *gold* ones."""
    groups: dict[Hashable, set[str]] = defaultdict(set)
    truth: dict[Hashable, set[str]] = defaultdict(set)
    for id in gold:
        groups[found[id]].add(id)
        truth[gold[id]].add(id)
    both = {id: len(groups[found[id]] & truth[gold[id]]) for id in gold}
    n = len(gold) or 1
    precision = sum(both[id] / len(groups[found[id]]) for id in gold) / n
    recall = sum(both[id] / len(truth[gold[id]]) for id in gold) / n
    return _rounded(precision, recall, len(gold))


def _prf(hit: int, said: int, true: int) -> dict[str, Any]:
    return _rounded(hit / said if said else 0.0, hit / true if true else 0.0, true)


def _rounded(precision: float, recall: float, n: int) -> dict[str, Any]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "n": n}


def _copies(base: Mapping[str, Labelled], found: Mapping[str, JudgedArticle]) -> dict[str, Any]:
    kinds: dict[str, list[bool]] = defaultdict(list)
    missed = []
    for id, judged in found.items():
        is_planted = id not in base and id.startswith("seed")
        if is_planted or (id in base and base[id].kind == "wire-copy"):
            is_dropped = judged.verdict.outcome in _DROPPED
            kinds[id.partition("-")[2] if is_planted else "wire-copy"].append(is_dropped)
            if not is_dropped:
                missed.append(id)
    genuine = [id for id, article in base.items() if article.kind in _REPORTS and any(article.novel)]
    wrong = [id for id in genuine if found[id].verdict.outcome in _DROPPED]
    return {
        "recall": {kind: f"{sum(rows)}/{len(rows)}" for kind, rows in sorted(kinds.items())},
        "missed": missed, "false": f"{len(wrong)}/{len(genuine)}", "false_ids": wrong,
    }  # fmt: skip


def _rewrites(base: Mapping[str, Labelled], found: Mapping[str, JudgedArticle]) -> dict[str, Any]:
    retold = [article for article in base.values() if article.kind == "seed-rewrite"]
    plain = {article.id: found[article.id].verdict.outcome in _DROPPED for article in retold if not any(article.novel)}
    added = {article.id: found[article.id].verdict.outcome.is_kept for article in retold if any(article.novel)}
    return {
        "without_news_dropped": f"{sum(plain.values())}/{len(plain)}",
        "with_news_kept": f"{sum(added.values())}/{len(added)}",
        "wrong": [id for id, is_right in {**plain, **added}.items() if not is_right],
    }


def _novelty(labelled: LabelledSet, found: Mapping[str, JudgedArticle]) -> dict[str, Any]:
    versions: dict[str, list[Labelled]] = defaultdict(list)
    for article in labelled.articles:
        versions[article.address].append(article)
    hit = said = true = 0
    for id, chain in versions.items():
        if not chain[0].is_relevant or not found[id].verdict.outcome.is_kept:
            continue
        # What was new in an earlier version stays new for the article as a whole.
        new_before = {text for v in chain[:-1] for text, novel in zip(v.sentences, v.novel, strict=True) if novel}
        gold = [novel or text in new_before for text, novel in zip(chain[-1].sentences, chain[-1].novel, strict=True)]
        called = _align(chain[-1].sentences, found[id])
        true += sum(gold)
        said += sum(called)
        hit += sum(one and two for one, two in zip(gold, called, strict=True))
    return _prf(hit, said, true)


def _align(gold: Sequence[str], judged: JudgedArticle) -> list[bool]:
    """For each labelled sentence whether the program calls it new; sentences are matched by their words."""
    tokens = [_words(sentence) for sentence in gold]
    called = [False] * len(gold)
    for sentence in judged.verdict.sentences:
        words = _words(sentence.text)
        best = max(range(len(gold)), key=lambda place: _overlap(tokens[place], words), default=None)
        if best is not None and _overlap(tokens[best], words) >= _SAME_SENTENCE:
            called[best] |= sentence.is_novel
    return called


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _overlap(one: list[str], two: list[str]) -> float:
    return 2 * sum((Counter(one) & Counter(two)).values()) / (len(one) + len(two)) if one or two else 0.0


def _figures(labelled: LabelledSet, editions: Sequence[Edition]) -> dict[str, Any]:
    shown = [change for edition in editions for story in edition.stories for change in story.changed]
    wanted = [change for article in labelled.articles for change in article.figures]
    missed = [
        f"{old} -> {new}"
        for old, new in wanted
        if not any(_numbers(old) & _numbers(c.old) and _numbers(new) & _numbers(c.new) for c in shown)
    ]
    return {"found": f"{len(wanted) - len(missed)}/{len(wanted)}", "shown": len(shown), "missed": missed}


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d[\d,.]*\d|\d", text))


def _repeats(editions: Sequence[Edition]) -> dict[str, Any]:
    shown: list[str] = []
    n_repeats = 0
    for edition in editions:
        fresh = [sentence.text for story in edition.stories for sentence in story.new]
        n_repeats += sum(any(_is_repeat(text, old) for old in shown) for text in fresh)
        shown += fresh
    return {"n": len(editions), "shown_sentences": len(shown), "repeats": n_repeats}


def _is_repeat(text: str, old: str) -> bool:
    return _overlap(_words(text), _words(old)) > 0.85 and SequenceMatcher(None, text, old).quick_ratio() > 0.9
