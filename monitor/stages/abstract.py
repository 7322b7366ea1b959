"""One line about a story by a language model: what it is asked, and whether its own sentences bear it out.

A model's words are printed only if the sentences it cites hold every name, figure and quotation in them, most of its
other words, and no opposite: it may say less than they do, never more. What fails is dropped with a remark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.model import Abstract, Edition, StoryItem, TopicSection
from monitor.stages.excerpt import NAME, count_words
from monitor.text.numbers import quantities
from monitor.text.tokens import has_cjk, stems, tokens

MOST_WORDS = 30
MOST_EDITION_WORDS = 900
_LEAST_SUPPORT = 0.7
"""Share of the longer words that must occur in the cited sentences; a fair one-line summary has .8 and more."""

_TELLING_STEM = 4  # letters
_OPENING_WORDS = (
    "a an the this that these it its in on at after before by for from with under over as while when since until two three "
    "four five six seven eight nine ten more most some both all about nearly almost der die das ein eine im in am an bei "
    "nach vor mit für von zwei drei vier fünf mehr"
)
_OPENERS = frozenset(_OPENING_WORDS.split())
_NEGATIONS = re.compile(
    r"\b(?:not|no|never|without|nor|neither|denie[sd]|den(?:y|ying)|refuse[sd]?|nicht|kein\w*|nie|ohne)\b|n['’]t\b|不|没|未|无|否认|拒绝",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„「«]([^\"”“」»]+)[\"”“」»]")
_FORBIDDEN = re.compile(r"https?:|www\.|[<>\[\]{}`\n\r]")
_OBJECT = re.compile(r"\{[^{}]*\}", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked about one story; ``key`` are the sentences it may use, by which its answer is found."""

    key: tuple[str, ...]
    headline: str
    instructions: str
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Lines that were borne out, by the sentences they rest on, and remarks about those that were not."""

    lines: Mapping[tuple[str, ...], Abstract]
    remarks: tuple[str, ...] = ()


def ask_about(edition: Edition) -> tuple[Question, ...]:
    """A question for each full story of *edition*."""
    return tuple(
        Question(
            key=_key(story),
            headline=story.headline,
            instructions=(
                f"You sum up news in one sentence of at most {MOST_WORDS - 5} words in the language {edition.language!r}. "
                "Say only what the numbered sentences say. Keep names and figures exactly as they are written there. "
                'Answer with JSON alone: {"abstract": "...", "cites": [numbers of the sentences you used]}'
            ),
            material="\n".join(f"{number}. {sentence.text}" for number, sentence in enumerate(story.new, start=1)),
        )
        for story in edition.stories
        if not story.is_brief and not story.is_official and story.new
    )


def read_answer(answer: str, question: Question) -> Abstract | str:
    """The line in *answer* if the sentences it cites bear it out; else why it is not printed, in a few words."""
    found = [parsed for piece in _OBJECT.findall(answer) if (parsed := _parse(piece)) is not None]
    if not found:
        return "the answer holds no abstract"
    text, cites = found[-1]
    text = " ".join(text.split())
    if not text or not cites or not all(1 <= number <= len(question.key) for number in cites):
        return "it cites no sentence of the story"
    problem = find_unsupported(text, [question.key[number - 1] for number in cites])
    return problem or Abstract(text=text, cites=tuple(dict.fromkeys(cites)))


def find_unsupported(text: str, sentences: Sequence[str]) -> str | None:
    """What in *text* the *sentences* do not bear out, in a few words; None if they bear it all out."""
    if _FORBIDDEN.search(text):
        return "it holds an address or markup"
    if count_words(text) > MOST_WORDS:
        return f"it is longer than {MOST_WORDS} words"
    source = " ".join(sentences)
    if (quoted := next((each for each in _QUOTED.findall(text) if each.strip(" .,") not in source), None)) is not None:
        return f"the quotation {quoted!r} is in none of its sentences"
    if (stranger := _find_stranger(text, sentences)) is not None:
        return f"{stranger} is in none of its sentences"
    if _NEGATIONS.search(text) and not _NEGATIONS.search(source):
        return "it denies what none of its sentences denies"
    said, known = _telling(text), _telling(source)
    if said and len(said & known) < _LEAST_SUPPORT * len(said):
        return "too many of its words are in none of its sentences"
    return None


def _find_stranger(text: str, sentences: Sequence[str]) -> str | None:
    """The first figure or name of *text* that no sentence holds."""
    spoken = {token for sentence in sentences for token in tokens(sentence)}
    values = {quantity.key for sentence in sentences for quantity in quantities(sentence)}
    for quantity in quantities(text):
        if quantity.key not in values:
            return f"the figure {quantity.text!r}"
    for token in tokens(text):
        if any(char.isdigit() for char in token) and token not in spoken and not quantities(token):
            return f"the figure {token!r}"
    for match in NAME.finditer(text):
        words = tokens(match.group())
        is_opener = match.start() <= 1 and bool(words) and words[0] in _OPENERS
        if not is_opener and not set(words) <= spoken:
            return f"the name {match.group()!r}"
    return None


def add_abstracts(edition: Edition, answers: Answers) -> Edition:
    """*edition* with the lines that belong to the sentences it shows, as far as 900 words allow, and the remarks."""
    words = edition.n_words
    topics: list[TopicSection] = []
    for topic in edition.topics:
        stories = []
        for story in topic.stories:
            line = answers.lines.get(_key(story))
            size = count_words(line.text) if line else 0
            fits = line is not None and not story.is_brief and words + size <= MOST_EDITION_WORDS
            words += size if fits else 0
            stories.append(replace(story, abstract=line) if fits else story)
        topics.append(replace(topic, stories=tuple(stories)))
    return replace(edition, topics=tuple(topics), n_words=words, remarks=(*edition.remarks, *answers.remarks))


def _key(story: StoryItem) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in story.new)


def _parse(piece: str) -> tuple[str, list[int]] | None:
    try:
        value: Any = json.loads(piece)
    except ValueError:
        return None
    text, cites = value.get("abstract"), value.get("cites")
    if not isinstance(text, str) or not isinstance(cites, list):
        return None
    return text, [number for number in cites if isinstance(number, int) and not isinstance(number, bool)]


def _telling(text: str) -> set[str]:
    return {stem for stem in stems(text, "en") if len(stem) >= _TELLING_STEM or (has_cjk(stem) and len(stem) > 1)}
