"""Fitted models, written by ``tests/quality/fit.py``; see ``weights`` for what the numbers mean."""

from monitor.stages.weights import Logistic

RELEVANCE = Logistic(
    bias=-9.44,
    weights={
        "title": 1.019,
        "share": 2.232,
        "opening": 3.473,
        "terms": -0.507,
        "contrast": 2.558,
        "closer": 1.216,
        "closest": 2.347,
        "words": -0.206,
        "nearest_words": 5.509,
        "nearest_meaning": 11.34,
    },
)

RELEVANCE_TERMS_ONLY = Logistic(
    bias=-5.352,
    weights={
        "title": 0.354,
        "share": 3.06,
        "opening": 5.245,
        "terms": 0.941,
        "nearest_words": 6.759,
        "nearest_meaning": 2.904,
        "alone": 2.941,
    },
)

NOVEL = Logistic(
    bias=3.295,
    weights={
        "nearest": -7.976,
        "second": -1.672,
        "third": 3.39,
        "covered": -0.276,
        "covered_singly": -0.764,
        "values": -0.597,
        "values_unseen_near": 1.491,
        "values_unseen": 2.016,
        "words_unseen": 0.051,
        "mass_unseen": -0.018,
        "length": 0.342,
        "mass": -0.189,
        "mass_uncovered": 0.988,
        "quote": 3.116,
        "names_unseen_near": 0.44,
        "name_share_unseen": -0.716,
        "foreign": -1.06,
        "position": -0.869,
        "article_likeness": -1.685,
        "bare": -0.797,
    },
)

SAME_EVENT = Logistic(
    bias=-6.689,
    weights={
        "words": 15.157,
        "names": 1.195,
        "values": -0.844,
        "value_share": 9.153,
        "meaning": 4.778,
        "lead": 9.556,
        "aligned": 3.276,
        "other_language": 2.032,
        "days": -2.937,
    },
)
