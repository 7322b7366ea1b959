"""Which sentences stand for a story: the most news in the fewest words, each of them readable on its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitor.model import Article, JudgedSentence
from monitor.text.numbers import quantities
from monitor.text.tokens import cjk_share, tokens

NAME = re.compile(r"(?<![^\W_])[A-ZÀ-Þ][\w-]+")
"""A capitalised word."""

_DANGLING = re.compile(
    r"^[\"“'‘„「»«]?(?:it|they|he|she|this|that|these|those|but|and|so|yet|instead|however|such|its|their|his|her|both|"
    r"neither|none|another|also|then|there|here|still|meanwhile|moreover|furthermore|the (?:former|latter|other|others|same|two)|"
    r"in addition|as a result|for example|for instance|by contrast|at the same time|on the other hand|that said|"
    r"(?:first|second|third|fourth|next|final|last)(?:ly)?(?=,)|"
    r"(?:one|two|three|some|many|most|all|few|none|half|several|nine|ten|each) of (?:them|those|these|it|the)\b|"
    r"of (?:them|those|these)|said|says|added|according to (?:him|her|them|it)|"
    r"er|sie|es|dies|diese[rsmn]?|aber|doch|und|dort|dabei|damit|zudem|außerdem|jedoch|sein|seine|ihr|ihre)\b",
    re.IGNORECASE,
)
_CJK_DANGLING = re.compile(r"^(?:其中|其|他|她|它|这|该|此|但|而|另外|对此|同时|因此|所以|不过|此外|随后|目前，)")
_LEANING = re.compile(
    r"^(?:In|On|At|After|Since|By|For|During|With|From|Under|As|When|While|If|Because|Although|Before|Until|Now|Last|"
    r"About|Around|Nearly|Almost|Some|Many|Most|Only|Of|\d+)\b(?P<between>[^\"“]{0,60}?)\b(?:it|he|she|they|them|him)\b"
)
_VAGUE = re.compile(r"^(?:the|a|an) (?!\w+['’]s)[a-z-]+\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(?:I|I['’]\w+|[Ww]e|[Ww]e['’]\w+|[Mm]y|[Oo]ur|[Uu]s|me)\b")
_QUOTED = re.compile(r"[\"“「«][^\"“”「」«»]*[\"”」»]")
_FINISHED = re.compile(r"[.!?。！？…][\"”’'»」』)\]]*$")
_PAIRS = (("“", "”"), ("「", "」"), ("«", "»"), ("(", ")"), ("（", "）"), ("《", "》"))

_AGENCY = r"\([A-Za-z][\w./& -]{1,24}\)"
_DATELINE = re.compile(
    # As in: By Jane Doe BEIJING, Sept 3 (Reuters) -
    r"^(?:By [A-Z][\w.'’-]+(?: (?:and|[A-Z][\w.'’-]*))* )?"
    r"(?:[A-Z]{3}[A-Z .,/'’-]{0,36}(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?: ?" + _AGENCY + r")?"
    r"|[A-Z][\w .,/'’-]{1,36}" + _AGENCY + r") ?[-–—]{1,2} (?=[A-Z\"“„\d])"
    r"|^(?:【[^】]{2,24}】|[\u4e00-\u9fff]{2,12}(?:\d{1,2}月\d{1,2}日)?[电讯](?:（[^）]{2,24}）|\([^)]{2,24}\))? ?[，,：:]?(?=\S))"
)  # fmt: skip
_LEAST_AFTER_CUT = 12

_GOOD_WORDS, _MIN_WORDS, _MAX_WORDS = 24, 6, 45
_TOO_ALIKE = 0.55
_WORTH_A_LINE = 1.3
"""A second or third sentence worth less than that is left to the sources: a sure, whole sentence without names is 1.8."""

_WANTED, _OUTDATED, _FOREIGN = 0.6, 1.5, 0.6
"""What a changed figure adds to a sentence, and what a figure that was corrected since and another language take."""

_LETTERS_BEFORE, _LETTERS_AFTER, _HAN_BEFORE, _HAN_AFTER = 48, 28, 18, 10
_HAN_A_WORD = 1.7  # Han characters that carry as much as one English word


def count_words(text: str) -> int:
    """Words as a reader feels them; Chinese characters count 1 / 1.7 word each."""
    words = tokens(text)
    n_han = sum("㐀" <= char <= "鿿" for char in text)
    return round(sum(cjk_share(word) < 0.5 for word in words) + n_han / _HAN_A_WORD)


def cut_dateline(text: str) -> str:
    """*text* without "BEIJING, Sept 3 (Reuters) - " and its like in front; what is left stands so in *text*."""
    while (found := _DATELINE.match(text)) is not None and len(text) - found.end() >= _LEAST_AFTER_CUT:
        text = text[found.end() :]
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A sentence that may be shown. ``follows`` is the one before it in its paragraph."""

    number: int
    place: int
    article: Article
    sentence: JudgedSentence
    worth: float
    leaning: float
    follows: str | None


def choose_sentences(
    articles: Sequence[tuple[Article, Sequence[JudgedSentence]]],
    *,
    limit: int,
    language: str = "en",
    wanted: AbstractSet[str] = frozenset(),
    outdated: AbstractSet[str] = frozenset(),
) -> list[tuple[Article, JudgedSentence]]:
    """At least one and at most *limit* sentences, chosen greedily, in the order of their articles.

    Each next sentence is the one worth most after what is chosen: it must say something else, and one that leans on
    the sentence before it ("They ...") is worth as much as any if that one is chosen too. *language* is the
    reader's, *wanted* texts give a changed figure, *outdated* ones give a figure that another one here corrects.
    """
    has_own_language = any(article.language in (None, language) for article, sentences in articles if sentences)
    left = [
        _Candidate(
            number=number, place=place, article=article, sentence=sentence, follows=_predecessor(article, sentence),
            leaning=_leaning(sentence.text),
            worth=_worth(article, sentence, place)
            + _WANTED * (sentence.text in wanted)
            - _OUTDATED * (sentence.text in outdated)
            - _FOREIGN * (has_own_language and article.language not in (None, language)),
        )
        for number, (article, sentences) in enumerate(articles)
        for place, sentence in enumerate(sentences)
    ]  # fmt: skip
    chosen: list[_Candidate] = []
    while left and len(chosen) < limit:
        said = {(one.number, one.sentence.text) for one in chosen}
        worth, _, best = max(
            (one.worth - (0.0 if (one.number, one.follows) in said else one.leaning), -at, one)
            for at, one in enumerate(left)
        )
        if chosen and worth < _WORTH_A_LINE:
            break
        chosen.append(best)
        left = [one for one in left if one is not best and _says_else(one.sentence.text, best.sentence.text)]
    chosen.sort(key=lambda one: (one.number, one.place))
    return [(one.article, one.sentence) for one in chosen]


def quote_around(text: str, part: str) -> str:
    """*part* with the few words around it in *text*, cut at words, "…" for what is left out; *text* if it lacks *part*.

    Chinese, which writes no blanks, is cut at characters.
    """
    at = text.find(part)
    if at < 0:
        return text
    end = at + len(part)
    is_chinese = cjk_share(text) > 0.5
    before, after = (_HAN_BEFORE, _HAN_AFTER) if is_chinese else (_LETTERS_BEFORE, _LETTERS_AFTER)
    start, stop = max(0, at - before), min(len(text), end + after)
    if not is_chinese:
        start = start and (text.find(" ", start, at) + 1 or at)
        stop = stop if stop == len(text) else max(end, text.rfind(" ", end, stop))
    return f"{'…' if start else ''}{text[start:stop].strip()}{'…' if stop < len(text) else ''}"


def leans_on_context(text: str) -> bool:
    """True if a sentence cannot be understood without the one before: "They ...", "In March it ...", half a quote."""
    return _leaning(text) >= 0.5 or _is_half(text)


def _worth(article: Article, sentence: JudgedSentence, place: int) -> float:
    """How much a sentence is worth showing: sure to be new, rich in names and figures, early, short, and whole."""
    text = cut_dateline(sentence.text)
    n_words = count_words(text)
    worth = 2.0 * (1 - sentence.score)
    worth += 0.25 * min(4, len(quantities(text, article.language))) + 0.15 * min(4, len(set(NAME.findall(text))))
    worth += 0.8 if article.sentences and sentence.text == article.sentences[0] else 0.0
    worth -= 0.05 * min(place, 8)
    if n_words < _MIN_WORDS or n_words > _MAX_WORDS:
        worth -= 0.8
    else:
        worth -= 0.015 * max(0, n_words - _GOOD_WORDS)
    if _is_half(text):
        worth -= 0.8
    if _FIRST_PERSON.search(_QUOTED.sub("", text)):
        worth -= 1.6
    if text.rstrip().endswith("?"):
        worth -= 0.6
    return worth


def _leaning(text: str) -> float:
    """What a sentence loses for leaning on the one before it."""
    if _DANGLING.match(text) or _CJK_DANGLING.match(text):
        return 0.9
    found = _LEANING.match(text)
    if found and not NAME.search(found["between"]):
        return 0.9
    return 0.2 if _VAGUE.match(text) else 0.0


def _is_half(text: str) -> bool:
    """True for an open quote or bracket, a start in the middle of a sentence, an end before its end."""
    if text.count('"') % 2 == 1 or any(text.count(one) != text.count(other) for one, other in _PAIRS):
        return True
    return text[:1].islower() or not _FINISHED.search(text.rstrip())


def _predecessor(article: Article, sentence: JudgedSentence) -> str | None:
    """The sentence before it in the same paragraph, None if it opens one or is not found."""
    try:
        place = article.sentences.index(sentence.text)
    except ValueError:
        return None
    return article.sentences[place - 1] if place and not article.starts[place] else None


def _says_else(one: str, two: str) -> bool:
    return _likeness(one, two) < _TOO_ALIKE


def _likeness(one: str, two: str) -> float:
    """Dice coefficient of the words of two sentences."""
    first, second = set(tokens(one)), set(tokens(two))
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0
