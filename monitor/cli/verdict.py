"""A verdict for people: outcome, the reasons stage by stage, every sentence beside what it was known from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from monitor.cli.screen import count, minute, show
from monitor.model import Change, JudgedArticle, JudgedSentence, Outcome, Reason
from monitor.render.clean import clean_text

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.app import App

_SIDE_BY_SIDE = 100
"""Terminal columns from which a sentence and its source stand beside each other."""

_MEANING = {
    Outcome.NEW: "a story not seen before",
    Outcome.UPDATE: "adds to a known story",
    Outcome.DUPLICATE: "a copy of a known article",
    Outcome.KNOWN: "nothing that was not known",
    Outcome.OFF_TOPIC: "about none of the topics",
    Outcome.FAILED: "could not be read",
}
_COLOURS = {Outcome.NEW: "bold green", Outcome.UPDATE: "bold green", Outcome.FAILED: "bold red"}
_STAGES = {
    "read": "reading",
    "address": "address",
    "age": "age",
    "dedup": "copies",
    "match": "topic",
    "story": "story",
    "novelty": "novelty",
    "import": "import",
    "mark": "mark",
}


def find_titles(app: App, judged: JudgedArticle) -> dict[str, str]:
    """Titles by id of what the reasons point to, as far as they are at hand without reading the corpus."""
    verdict = judged.verdict
    sources = [sentence.known_from for sentence in verdict.sentences if sentence.known_from is not None]
    titles = {source.id: source.title for source in sources if source.title}
    refs = {reason.against.removeprefix("article:") for reason in verdict.because if reason.against}
    for ref in sorted(refs | ({verdict.of} if verdict.of else set())):
        found = app.store.articles.find_judged(ref) if not ref.startswith("corpus:") else None
        if found is not None and found.article.title:
            titles[ref] = found.article.title
    return titles


def show_article(screen: Console, judged: JudgedArticle, titles: Mapping[str, str]) -> None:
    """Title, facts, outcome, reasons and sentences. *titles* names what reasons point to by id."""
    article, verdict = judged.article, judged.verdict
    show(screen, article.title or "(no title)", style="bold")
    facts = [article.outlet, article.language, article.published_at and f"published {minute(article.published_at)}"]
    show(screen, " · ".join(fact for fact in (*facts, article.url) if fact), style="dim")
    screen.print()
    of = f": {titles.get(verdict.of, verdict.of)} [{verdict.of}]" if verdict.of else ""
    outcome = f"{verdict.outcome.value}: {_MEANING[verdict.outcome]}{of}"
    show(screen, outcome, lead="outcome  ", style=_COLOURS.get(verdict.outcome, "bold"))
    show_reasons(screen, verdict.because, titles)
    for change in verdict.changes:
        _show_change(screen, change)
    show_sentences(screen, verdict.sentences, verdict.outcome)


def show_reasons(screen: Console, because: Sequence[Reason], titles: Mapping[str, str]) -> None:
    """One line a reason: stage, signal, score against threshold, the other side; details below."""
    for reason in because:
        lead = f"{_STAGES.get(reason.stage, reason.stage):<8} "
        parts = [reason.signal]
        if reason.score is not None:
            parts.append(
                f"{reason.score:.2f}" + (f" (threshold {reason.threshold:.2f})" if reason.threshold is not None else "")
            )
        if reason.against:
            parts.append(f"against {_name(reason.against, titles)}")
        show(screen, "  ".join(parts), lead=lead)
        # A story is quoted by its headline, which the other side's name says already.
        passage = reason.passage if reason.passage not in titles.values() else None
        if reason.own_passage and passage:
            _show_passages(screen, reason.own_passage, passage)
            passage = None
        for more in (passage and f"“{passage}”", reason.detail):
            if more:
                show(screen, more, lead=" " * 9, style="dim")


def _show_passages(screen: Console, own: str, other: str) -> None:
    """What both texts say, here and there; beside each other where there is room."""
    if screen.is_terminal and screen.width >= _SIDE_BY_SIDE:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(width=7)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row("", Text(f"here: {clean_text(own)}"), Text(f"there: {clean_text(other)}", style="dim"))
        screen.print(table, soft_wrap=False)
        return
    show(screen, f"here: {own}", lead=" " * 9)
    show(screen, f"there: {other}", lead=" " * 9, style="dim")


def _name(against: str, titles: Mapping[str, str]) -> str:
    title = titles.get(against.removeprefix("article:")) or titles.get(against)
    return f"{against} “{title}”" if title else against


def _show_change(screen: Console, change: Change) -> None:
    source = change.old_source.title or change.old_source.id
    show(screen, f"{change.what}: {change.old} → {change.new} (before: {source})", lead="figure   ")


def show_sentences(screen: Console, sentences: Sequence[JudgedSentence], outcome: Outcome) -> None:
    """Every sentence: ``+`` new, ``=`` known with its source, ``·`` says nothing; nothing for what was not compared."""
    if outcome not in (Outcome.NEW, Outcome.UPDATE, Outcome.KNOWN) or not sentences:
        return
    if all(not s.is_novel and s.known_from is None for s in sentences):
        return
    screen.print()
    show(
        screen,
        f"{count(len(sentences), 'sentence')}: + new, = known, · says nothing; with the likeness to what is known",
    )
    screen.print()
    if screen.is_terminal and screen.width >= _SIDE_BY_SIDE:
        screen.print(_table(sentences), soft_wrap=False)
        return
    for sentence in sentences:
        show(screen, sentence.text, lead=f"{_mark(sentence)} {sentence.score:.2f}  ", style=_style(sentence))
        if sentence.known_from is not None:
            show(screen, _source(sentence), lead=" " * 8 + "< ", style="dim")


def _table(sentences: Sequence[JudgedSentence]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(width=6)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    for sentence in sentences:
        text = Text(clean_text(sentence.text), style=_style(sentence))
        source = Text(_source(sentence), style="dim")
        table.add_row(f"{_mark(sentence)} {sentence.score:.2f}", text, source)
    return table


def _mark(sentence: JudgedSentence) -> str:
    return "+" if sentence.is_novel else "·" if sentence.is_filler else "="


def _style(sentence: JudgedSentence) -> str:
    return "green" if sentence.is_novel else ""


def _source(sentence: JudgedSentence) -> str:
    source = sentence.known_from
    if source is None:
        return ""
    place = source.id if source.id.startswith(f"{source.kind}:") else f"{source.kind} {source.id}"
    name = source.title or source.url
    return clean_text(f"{source.text} ({place}{f', {name}' if name else ''})")
