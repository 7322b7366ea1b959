"""Do two articles tell of one event? The signals of a pair, weighed by a fitted logistic model (``fitted``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log, log1p, sqrt

import numpy as np

from monitor.stages.analysis import Analysis
from monitor.stages.known import KnownBase

MAX_AGE_DAYS = 45.0
"""Reports further apart than this tell no event together."""

_N_ALIGNED = 5
_SMALL_NUMBER = 10


def pair_signals(one: Analysis, two: Analysis, known: KnownBase, *, days: float) -> dict[str, float]:
    """The signals of "these two tell one event".

    All are in [0, 1] but for ``days`` (natural log of 1 + days) and the two ``_above``: how much closer the articles are
    to each other than to the average article of the subject. In a narrow subject everything is alike; that is what these
    correct for.
    """
    n_documents = max(2, known.n_analysed)

    def specific(stem: str) -> float:
        # What every document of the subject says tells no two events apart.
        return max(0.0, log((n_documents + 1) / (known.document_frequency.get(stem, 0) + 0.5)))

    mean, lead = known.middle
    usual_meaning = float((one.mean + two.mean) @ mean) / 2
    usual_lead = float((one.lead + two.lead) @ lead) / 2
    shared_values = {value for value in one.values & two.values if is_telling(value)}
    likeness = _rows(one) @ _rows(two).T
    closest = [np.sort(likeness.max(axis=axis))[::-1][:_N_ALIGNED].mean() for axis in (1, 0)]
    return {
        "words": _weighted_cosine(one.lexical, two.lexical, specific),
        "names": _shared_names(one.names, two.names, specific),
        "values": min(len(shared_values), 6) / 6,
        "value_share": len(shared_values) / max(1, min(len(one.values), len(two.values))),
        "meaning": float(one.mean @ two.mean),
        "lead": float(one.lead @ two.lead),
        "meaning_above": float(one.mean @ two.mean) - usual_meaning,
        "lead_above": float(one.lead @ two.lead) - usual_lead,
        "aligned": float(sum(closest)) / 2,
        "other_language": float(one.language != two.language),
        "days": log1p(min(days, MAX_AGE_DAYS)),
    }


def _rows(analysis: Analysis) -> np.ndarray:
    if analysis.title_vector is None:
        return analysis.vectors if len(analysis.vectors) else analysis.mean[None, :]
    return np.vstack([analysis.title_vector[None, :], analysis.vectors])


def is_telling(value: str) -> bool:
    """False for small counts and years, which any two articles share."""
    if not value.isdigit():
        return True
    return int(value) > _SMALL_NUMBER and not 1990 <= int(value) <= 2035


def _weighted_cosine(one: Mapping[str, float], two: Mapping[str, float], specific: Callable[[str], float]) -> float:
    first = {stem: weight * specific(stem) for stem, weight in one.items()}
    second = {stem: weight * specific(stem) for stem, weight in two.items()}
    dot = sum(weight * second.get(stem, 0.0) for stem, weight in first.items())
    if not dot:
        return 0.0
    lengths = sqrt(sum(w * w for w in first.values())) * sqrt(sum(w * w for w in second.values()))
    return dot / lengths


def _shared_names(one: frozenset[str], two: frozenset[str], specific: Callable[[str], float]) -> float:
    total = min(sum(specific(name) for name in one), sum(specific(name) for name in two))
    return sum(specific(name) for name in one & two) / total if total else 0.0
