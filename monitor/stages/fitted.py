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
    bias=2.167,
    weights={
        "nearest": -7.831,
        "second": -2.224,
        "third": 5.164,
        "covered": 0.019,
        "covered_singly": -0.601,
        "values": -0.63,
        "values_unseen_near": 1.481,
        "values_unseen": 2.02,
        "words_unseen": 0.194,
        "mass_unseen": -0.172,
        "length": 0.27,
        "mass": -0.474,
        "mass_uncovered": 1.304,
        "quote": 2.948,
        "names_unseen_near": 0.375,
        "name_share_unseen": -0.668,
        "foreign": -1.565,
        "position": -0.726,
        "article_likeness": -0.824,
        "bare": -0.734,
    },
)

SAME_EVENT = Logistic(
    bias=-3.285,
    weights={
        "words": 11.921,
        "names": 3.381,
        "values": 0.381,
        "value_share": 6.057,
        "meaning": -6.764,
        "lead": 12.903,
        "meaning_above": 10.359,
        "lead_above": -4.709,
        "aligned": 2.712,
        "other_language": 2.285,
        "days": -2.079,
    },
)
