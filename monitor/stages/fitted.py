"""Fitted models, written by ``tests/quality/fit.py``; see ``weights`` for what the numbers mean."""

from monitor.stages.weights import Logistic

RELEVANCE = Logistic(
    bias=-9.65,
    weights={
        "title": 1.269,
        "share": 2.083,
        "opening": 2.997,
        "terms": -0.423,
        "contrast": 2.539,
        "closer": 1.231,
        "closest": 2.354,
        "words": -0.302,
        "nearest_words": 5.241,
        "nearest_meaning": 11.597,
    },
)

RELEVANCE_TERMS_ONLY = Logistic(
    bias=-5.206,
    weights={
        "title": 0.67,
        "share": 2.877,
        "opening": 4.509,
        "terms": 1.001,
        "nearest_words": 6.404,
        "nearest_meaning": 3.164,
        "alone": 3.004,
    },
)

NOVEL = Logistic(
    bias=3.329,
    weights={
        "nearest": -7.97,
        "second": -1.636,
        "third": 3.324,
        "covered": -0.287,
        "covered_singly": -0.765,
        "values": -0.6,
        "values_unseen_near": 1.489,
        "values_unseen": 2.02,
        "words_unseen": 0.051,
        "mass_unseen": -0.011,
        "length": 0.342,
        "mass": -0.209,
        "mass_uncovered": 0.996,
        "quote": 3.109,
        "names_unseen_near": 0.449,
        "name_share_unseen": -0.773,
        "foreign": -1.074,
        "position": -0.867,
        "article_likeness": -1.685,
        "bare": -0.796,
    },
)

SAME_EVENT = Logistic(
    bias=-7.076,
    weights={
        "words": 13.427,
        "names": 3.004,
        "values": 2.295,
        "value_share": 6.804,
        "meaning": 3.496,
        "lead": 6.429,
        "aligned": 7.91,
        "other_language": 1.884,
        "days": -2.666,
    },
)
