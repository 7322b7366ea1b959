"""What a sentence itself says about a figure that changed: "48 instead of 43", "from 2 to 16 September", "three more".

Pure reading of one sentence in English, German or Chinese. Whether the old value was ever given before is for
``figures`` to find out; many a "from 3 to 5 percent" is a range and no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.text.numbers import Quantity, keys_of, quantities

_LEAST_KINDS = frozenset({"count", "money", "percent", "date"})
_REPLACED = re.compile(
    r"(?:\b(?:instead of|rather than|up from|down from|statt|anstatt|anstelle von)\W*(?:\w+\W+){0,3}"
    r"|\b(?:not|nicht)\s+(?:the\s+|die\s+|den\s+)?|(?:而非|而不是|不是)[^，。\d]{0,4})$",
    re.IGNORECASE,
)
"""Stands before a value that another one replaces, whatever the units."""

_BEFORE = re.compile(
    r"(?:\b(?:from|previously|earlier|originally|initially|formerly|against|compared with|after|versus|zuvor|bisher|"
    r"ursprünglich|gegenüber)\b|由|从|此前的?|原(?:定|先|计划)?的?)\W*(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
"""Stands before a value that no longer holds, if one of the same unit stands beside it."""

_OLD_BEHIND = re.compile(
    r"^\W*(?:\w+\W+){0,4}(?:before|previously|earlier|first|originally|initially|once|before that|zuvor|bisher|vorher|"
    r"ursprünglich)\b|^[^，。；]{0,8}(?:改为|调整为|增至|增加到|升至|上调至|下调至|降至|减至|提高到|推迟到|延至)",
    re.IGNORECASE,
)
"""Stands behind a value that no longer holds."""

_CHANGE = re.compile(
    r"\b(?:rais\w+|ris(?:es|en|ing)|rose|lower(?:s|ed)|cut|reduc\w+|increas\w+|decreas\w+|grow[ns]|grew|f[ae]ll(?:s|en)?|drop\w*|"
    r"revis\w+|correct\w+|amend\w+|updat\w+|mov(?:es|ed)|postpon\w+|delay\w+|extend\w+|shorten\w+|brought forward|push\w+ back|"
    r"no longer|instead|up from|down from|first (?:said|reported|announced|estimated|thought|planned)|originally|initially|"
    r"now (?:says?|puts?|stands?|expects?|covers?|plans?|estimates?)|larger than|smaller than|higher than|more than first|"
    r"has changed|meanwhile|today|erhöh\w+|gestiegen|steig\w+|gesenkt|gesunken|sink\w+|korrigier\w+|verschob\w+|verschieb\w+|"
    r"verlänger\w+|verkürz\w+|statt|nicht mehr|größer als|kleiner als|bring(?:s|ing)? to|takes? the)\b"
    r"|改为|调整|修正|更正|推迟|提前|增至|升至|降至|上调|下调|提高|减少|扩大|而非|原定|原计划|此前",
    re.IGNORECASE,
)
_UNTIL_NOW = re.compile(
    r"\b(?:until now|so far|up to now|had (?:spoken|planned|expected|said|put|estimated|announced|promised)|previously|"
    r"originally|bislang|bisher|zuvor|hatte)\b|此前|还是|原先|原计划",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^\W*(?:[^\W\d]+\W+){0,3}?(?:more|fewer|less|lower|higher|longer|shorter|above|below|additional|extra|mehr|weniger|länger|"
    r"kürzer|höher|niedriger)\b",
    re.IGNORECASE,
)
_MORE_TIME = re.compile(r"^\W*(?:later|earlier|longer|shorter|später|früher|länger|kürzer)\b", re.IGNORECASE)
_BY = re.compile(
    r"(?:\b(?:by|another|um|weitere)\s+(?:about\s+|some\s+|around\s+)?|(?:增加|减少|推迟|提前|多|少|上调|下调)了?)$",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?P<a>an?|one|ein(?:en?|e[mr])?)\s+(?P<unit>day|week|month|quarter|year|Tag|Woche|Monat|Quartal|Jahr)\b"
    r"|\b(?P<n>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|zwei|drei|vier|fünf|sechs)\s+"
    r"(?P<units>days|weeks|months|quarters|years|Tagen?|Wochen|Monaten?|Quartalen?|Jahren?)\b"
    r"|(?P<zh>[\d一二两三四五六七八九十]{1,3})个?(?P<zh_unit>天|周|月|季度|年)",
    re.IGNORECASE,
)
_SPANS = {"d": ("day", 1), "w": ("day", 7), "m": ("month", 1), "q": ("month", 3), "y": ("month", 12), "t": ("day", 1),
          "j": ("month", 12), "天": ("day", 1), "周": ("day", 7), "月": ("month", 1), "季": ("month", 3), "年": ("month", 12)}  # fmt: skip
_FROM_TO = re.compile(
    r"(?:\bfrom|\bvon|从|由)\s*(?P<old>[^\s,;]+(?:\s[^\s,;]+){0,2}?)\s*(?:\bto|\bauf|至|到|增至|升至|改为|降至)\s*$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"^\s*(?:statt|instead of|rather than|not|nicht)\s+(?P<old>[\d.,]+)\s", re.IGNORECASE)


_NO_UNITS = frozenset(
    {None, "now", "before", "after", "in", "of", "as", "at", "on", "to", "by", "for", "and", "or", "is", "are", "was", "were",
     "from", "than", "with", "that", "this", "when", "previously", "earlier", "originally", "initially", "today", "yesterday",
     "zuvor", "bisher", "im", "am", "und", "als", "war", "waren"}
)  # fmt: skip
"""What may follow a number without being its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A new value, and what the sentence says about the old: the value itself, or by how much it differs.

    ``is_plain`` is True if the words leave no doubt ("instead of"), False if they merely suggest it.
    """

    new: Quantity
    old: Quantity | None = None
    difference: float | None = None
    is_plain: bool = True


def old_keys(correction: Correction) -> tuple[str, ...]:
    """The keys that the old value may have."""
    if correction.old is not None:
        return (correction.old.key,)
    new = correction.new
    if new.value is None or not correction.difference:
        return ()
    lower, higher = new.value - correction.difference, new.value + correction.difference
    return (*(keys_of(new, lower) if lower > 0 or new.kind == "date" else ()), *keys_of(new, higher))


def says_change(text: str) -> bool:
    """True if the sentence has a word for changing or correcting something."""
    return _CHANGE.search(text) is not None


def says_until_now(text: str) -> bool:
    """True if the sentence tells how things stood before: its values are those that the previous sentence replaced."""
    return _UNTIL_NOW.search(text) is not None


def find_corrections(text: str, language: str | None) -> tuple[Correction, ...]:
    """The corrections that the sentence may state, the plainest first."""
    found = [quantity for quantity in quantities(text, language) if quantity.kind in _LEAST_KINDS]
    corrections = [*_elided(text, found, language), *_pairs(text, found), *_differences(text, found)]
    return tuple(sorted(corrections, key=lambda each: not each.is_plain))


def _elided(text: str, found: Sequence[Quantity], language: str | None) -> Iterator[Correction]:
    """Pairs that share their unit: "from 43 to 48 billion won", "from March to June 2027", "110 statt 80 Megawatt"."""
    for new in found:
        match = _FROM_TO.search(text[max(0, new.start - 50) : new.start])
        if match is not None:
            yield from _with_tail_of(new, match["old"], text, language)
        match = _INSTEAD.match(text[new.end : new.end + 40])
        if match is not None and new.kind == "count":
            place = new.end + match.start("old")
            behind = text[place : place + 60]
            new_text = new.text + behind[len(match["old"]) :]
            for old, full in zip(quantities(behind, language)[:1], quantities(new_text, language)[:1], strict=False):
                if old.kind == full.kind:
                    yield Correction(new=_at(full, new), old=old)


def _with_tail_of(new: Quantity, old_text: str, text: str, language: str | None) -> Iterator[Correction]:
    number = re.search(r"(?<![\d.,])[\d.,]*\d|^[^\W\d]+(?=\s\d{4}$)", new.text)
    if number is None:
        return
    tail = new.text[number.end() :]
    if new.kind == "count" and new.unit:
        tail += text[new.end : new.end + len(new.unit) + 1]
    own = quantities(old_text, language)
    if own and own[0].kind == new.kind and (own[0].unit is not None or new.unit is None):
        yield Correction(new=new, old=own[0])
        return
    whole = new.text[: number.start()] + old_text.lstrip("$€£¥") + tail
    for old in quantities(whole, language)[:1]:
        if old.kind == new.kind and old.key != new.key:
            yield Correction(new=new, old=old)


def _at(quantity: Quantity, place: Quantity) -> Quantity:
    return Quantity(kind=quantity.kind, key=quantity.key, text=place.text, start=place.start, end=place.end,
                    value=quantity.value, unit=quantity.unit)  # fmt: skip


def _pairs(text: str, found: Sequence[Quantity]) -> Iterator[Correction]:
    changes = says_change(text)
    for old in found:
        ahead, behind = text[max(0, old.start - 60) : old.start], text[old.end : old.end + 50]
        if _MORE.match(behind) or _BY.search(ahead):
            continue  # a difference, no value
        is_replaced = _REPLACED.search(ahead) is not None
        is_before = bool(_BEFORE.search(ahead) or _OLD_BEHIND.search(behind))
        if not (is_replaced or is_before or changes):
            continue
        others = [new for new in found if new.kind == old.kind and new.key != old.key]
        for new in sorted(others, key=lambda new: abs(new.start - old.start)):
            alike = new.unit == old.unit or (new.kind == "count" and not _NO_UNITS.isdisjoint({new.unit, old.unit}))
            if is_replaced and (alike or new.kind == "count"):
                yield Correction(new=new, old=old)
            elif (alike and is_before) or (new.unit == old.unit and changes):
                yield Correction(new=new, old=old, is_plain=is_before)


def _differences(text: str, found: Sequence[Quantity]) -> Iterator[Correction]:
    for new in found:
        if new.value is None:
            continue
        for difference, start, end in _deltas(text, new, found):
            more = _MORE_TIME if new.kind == "date" else _MORE
            if start != new.start and (more.match(text[end:]) or _BY.search(text[:start])):
                yield Correction(new=new, difference=difference)


def _deltas(text: str, new: Quantity, found: Sequence[Quantity]) -> Iterator[tuple[float, int, int]]:
    if new.kind != "date":
        for other in found:
            if other.value is not None and (other.kind == new.kind or other.unit in ("points", "point", "个百分点")):
                yield other.value, other.start, other.end
        return
    for match in _SPAN.finditer(text):
        unit, factor = _SPANS[(match["unit"] or match["units"] or match["zh_unit"])[0].lower()]
        if unit == new.unit:
            words = match["n"] or match["zh"]
            read = quantities(f"{words} items") if match["n"] else quantities(f"{words}天")
            count = 1.0 if match["a"] else next((quantity.value or 0.0 for quantity in read), 0.0)
            if count:
                yield count * factor, match.start(), match.end()
