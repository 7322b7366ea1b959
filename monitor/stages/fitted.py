"""Fitted models, written by ``tests/quality/fit.py``; see ``weights`` for what the numbers mean."""

from monitor.stages.weights import Logistic

RELEVANCE = Logistic(
    bias=-9.422,
    weights={
        "title": 1.081,
        "share": 2.316,
        "opening": 3.679,
        "terms": 0.122,
        "contrast": 1.817,
        "closer": 0.428,
        "closest": 3.094,
        "words": 0.032,
        "nearest_words": 5.494,
        "nearest_meaning": 11.318,
    },
)

RELEVANCE_TERMS_ONLY = Logistic(
    bias=-5.618,
    weights={
        "title": 0.313,
        "share": 3.296,
        "opening": 5.544,
        "terms": 1.235,
        "nearest_words": 6.533,
        "nearest_meaning": 2.964,
        "alone": 2.98,
    },
)

NOVEL = Logistic(
    bias=2.107,
    weights={
        "nearest": -7.581,
        "second": -2.268,
        "third": 4.909,
        "covered": 0.02,
        "covered_singly": -0.573,
        "values": -0.681,
        "values_unseen_near": 1.506,
        "values_unseen": 1.987,
        "words_unseen": 0.169,
        "mass_unseen": -0.03,
        "length": 0.274,
        "mass": -0.444,
        "mass_uncovered": 1.358,
        "quote": 2.931,
        "names_unseen_near": 0.361,
        "name_share_unseen": -0.635,
        "foreign": -1.63,
        "position": -0.705,
        "article_likeness": -0.818,
        "bare": -0.736,
    },
)

SAME_EVENT = Logistic(
    bias=-7.87,
    weights={
        "words": 17.379,
        "names": 3.821,
        "values": 3.09,
        "value_share": 4.072,
        "meaning": 4.456,
        "lead": 4.477,
        "meaning_above": -8.104,
        "lead_above": 5.0,
        "aligned": 3.373,
        "other_language": 2.854,
        "days": -0.989,
    },
)

SAME_STORY = Logistic(
    bias=-3.01,
    weights={
        "best": 0.607,
        "average": 0.183,
        "core": 6.075,
        "lead": -3.492,
        "lead_anywhere": 2.449,
        "lead_names": 1.364,
        "story_names": -1.253,
        "lead_values": 2.306,
        "reports": -1.582,
    },
)
