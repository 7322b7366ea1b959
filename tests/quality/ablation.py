"""Prints what each signal contributes: the measure of its model with the signal silenced, less the measure with it.

    PYTHONPATH=. python tests/quality/ablation.py SET [SET ...] [--cache FILE] [--model NAME ...]

Silenced means that the signal always has the value it has on average, so that it tells no article from another; the
other weights stay. A SET is as in ``labelled``. Prints a table for docs/judgement.md: a negative number is what the
measure would lose without the signal. Takes a second or two for each signal and set.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from monitor.ports import Embedder
from monitor.stages import fitted
from monitor.stages.weights import Logistic
from tests.quality.labelled import LabelledSet, load_set
from tests.quality.measures import measure
from tests.quality.playing import RememberingEncoder, play

MEASURES = {"RELEVANCE": "relevance", "NOVEL": "novelty", "SAME_EVENT": "stories", "SAME_STORY": "stories"}
"""The measure that tells how well a model does."""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("sets", nargs="+", metavar="SET")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--model", nargs="*", default=list(MEASURES))
    args = ask.parse_args()
    encoder = RememberingEncoder(args.cache)
    sets = [load_set(name) for name in args.sets]
    models = {name: getattr(fitted, name) for name in args.model if hasattr(fitted, name)}
    means = mean_signals(sets, encoder, models)
    whole = {one.name: measure(one, play(one, encoder)) for one in sets}
    print("| model | signal | weight | mean | least to most |")
    print("| --- | --- | --- | --- | --- |")
    for name, model in models.items():
        key = MEASURES[name]
        title = name.lower().replace("_", " ")
        found = [report[key]["f1"] for report in whole.values()]
        print(f"| {title}: {key} F1 | all | | {fmean(found):.3f} | {min(found):.3f} to {max(found):.3f} |")
        for signal in sorted(model.weights, key=lambda signal: -abs(model.weights[signal])):
            deltas = silenced(sets, encoder, model, signal, means[name][signal], key, whole)
            told = f"{fmean(deltas):+.3f} | {min(deltas):+.3f} to {max(deltas):+.3f}"
            print(f"| {title} | `{signal}` | {model.weights[signal]:+.2f} | {told} |", flush=True)
    encoder.save()


def mean_signals(
    sets: Sequence[LabelledSet], encoder: Embedder, models: Mapping[str, Logistic]
) -> dict[str, dict[str, float]]:
    """The average value of each signal over all that the models were asked for."""
    sums: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    asked: dict[int, int] = defaultdict(int)
    plain = Logistic.evidence

    def counted(model: Logistic, signals: Mapping[str, float]) -> float:
        asked[id(model)] += 1
        for name in model.weights:
            sums[id(model)][name] += signals[name]
        return plain(model, signals)

    Logistic.evidence = counted  # type: ignore[method-assign]
    try:
        for one in sets:
            play(one, encoder)
    finally:
        Logistic.evidence = plain  # type: ignore[method-assign]
    return {
        name: {signal: sums[id(model)][signal] / max(1, asked[id(model)]) for signal in model.weights}
        for name, model in models.items()
    }


def silenced(
    sets: Sequence[LabelledSet], encoder: Embedder, model: Logistic, signal: str, mean: float, key: str,
    whole: Mapping[str, Mapping[str, Any]],
) -> list[float]:  # fmt: skip
    """For each set what the measure gains or loses when the signal is silenced."""
    weights, bias = model.weights, model.bias
    object.__setattr__(model, "weights", {**weights, signal: 0.0})
    object.__setattr__(model, "bias", bias + weights[signal] * mean)
    try:
        return [measure(one, play(one, encoder))[key]["f1"] - whole[one.name][key]["f1"] for one in sets]
    finally:
        object.__setattr__(model, "weights", weights)
        object.__setattr__(model, "bias", bias)


if __name__ == "__main__":
    main()
