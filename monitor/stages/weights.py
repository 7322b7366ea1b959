"""Logistic models over interpretable signals, each a handful of published numbers.

A model says: probability = 1 / (1 + exp(-(bias + sum of weight x signal))). The weights were fitted by
``tests/quality/fit.py`` on labelled months of news about three subjects (English, German and Chinese articles, 236 in
all, invented events), each subject predicted from the other two; the table in docs/judgement.md has the figures. Signals
are in natural units, so a weight can be read and argued with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """A fitted model; ``weights`` are by signal name."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, signals: Mapping[str, float], *, move: float = 0.0) -> float:
        """In (0, 1); *move* is added to the evidence.

        KeyError if a signal is missing: a model is only good for the signals it was fitted on.
        """
        return 1.0 / (1.0 + exp(-max(-40.0, min(40.0, self.evidence(signals) + move))))

    def evidence(self, signals: Mapping[str, float]) -> float:
        """The log odds of the probability; 0 is undecided. KeyError as above."""
        return self.bias + sum(weight * signals[name] for name, weight in self.weights.items())
