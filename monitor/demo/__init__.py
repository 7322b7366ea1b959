"""A small invented news world on loopback: six outlets, three days, every sentence labelled.

``monitor demo`` and the end-to-end tests run against it. ``DemoWorld`` serves it, ``load_articles`` gives the
articles with their labels (what is a copy, which story, which sentence is new and from where it was known).
Subject, places, companies and events are invented; ``data/README.md`` says how the labels are decided.
"""

from monitor.demo.articles import DemoArticle, DemoSentence, FigureChange, load_articles, load_corpus
from monitor.demo.server import LoggedRequest
from monitor.demo.world import DemoFeed, DemoWorld

__all__ = [
    "DemoArticle",
    "DemoFeed",
    "DemoSentence",
    "DemoWorld",
    "FigureChange",
    "LoggedRequest",
    "load_articles",
    "load_corpus",
]
