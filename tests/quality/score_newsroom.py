"""Prints how well the judgement does on labelled months of news, in process and in seconds.

    PYTHONPATH=. python tests/quality/score_newsroom.py SET [SET ...] [--cache FILE] [--brief] [--ids]

A SET is described in ``labelled``; ``demo`` is the world that the program carries. ``--cache`` keeps sentence vectors
between runs. One JSON object a set; ``--brief`` gives one line a set instead, ``--ids`` what became of each article.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.quality.labelled import LabelledSet, load_set
from tests.quality.measures import measure
from tests.quality.playing import Played, RememberingEncoder, play


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("sets", nargs="+", metavar="SET")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--brief", action="store_true")
    ask.add_argument("--ids", action="store_true")
    ask.add_argument("--no-copies", action="store_true", help="do not add copies of the corpus")
    args = ask.parse_args()
    encoder = RememberingEncoder(args.cache)
    for name in args.sets:
        labelled = load_set(name)
        played = play(labelled, encoder, with_copies=not args.no_copies)
        report = measure(labelled, played)
        print(brief(labelled.name, report) if args.brief else json.dumps({labelled.name: report}, indent=1))
        if args.ids:
            show_ids(labelled, played)
    encoder.save()


def brief(name: str, report: dict[str, Any]) -> str:
    copies = " ".join(f"{kind} {share}" for kind, share in report["copies"]["recall"].items())
    return (
        f"{name}: relevance {report['relevance']['f1']:.3f}  copies {copies} false {report['copies']['false']}  "
        f"rewrites {report['rewrites']['without_news_dropped']} {report['rewrites']['with_news_kept']}  "
        f"stories {report['stories']['f1']:.3f}  novelty {report['novelty']['f1']:.3f}  "
        f"figures {report['figures']['found']} of {report['figures']['shown']} shown  "
        f"repeats {report['digests']['repeats']}/{report['digests']['shown_sentences']}"
    )


def show_ids(labelled: LabelledSet, played: Played) -> None:
    for article in labelled.articles:
        verdict = played.judged[article.address].verdict
        n_new = sum(sentence.is_novel for sentence in verdict.sentences)
        print(
            f"  {article.id:<8} {article.kind:<13} {article.story:<5} {verdict.outcome.value:<10} "
            f"{verdict.story_id or '-':<14} new {n_new} of {sum(article.novel)} labelled  {article.title[:60]}"
        )


if __name__ == "__main__":
    main()
