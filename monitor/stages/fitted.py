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
    bias=-7.856,
    weights={
        "words": 17.397,
        "names": 3.807,
        "values": 3.18,
        "value_share": 4.041,
        "meaning": 4.385,
        "lead": 4.534,
        "meaning_above": -8.066,
        "lead_above": 4.997,
        "aligned": 3.362,
        "other_language": 2.844,
        "days": -0.984,
    },
)

SAME_STORY = Logistic(
    bias=-2.974,
    weights={
        "best": 0.617,
        "average": 0.173,
        "core": 6.185,
        "lead": -3.64,
        "lead_anywhere": 2.515,
        "lead_names": 1.34,
        "story_names": -1.312,
        "lead_values": 2.352,
        "reports": -1.628,
    },
)
