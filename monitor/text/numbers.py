"""Quantities in running text: counts, money, percentages, dates, years, and names that carry digits.

What is compared is the value, not the spelling: ``1.2 million``, ``1,200,000`` and ``120万`` are one value, and
so are ``2 August`` and ``8月2日``. English, German and Chinese spellings are read; for other languages digits
and percent signs are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.text.tokens import CJK

_SCALES = {
    "thousand": 1e3, "tausend": 1e3, "tsd": 1e3,
    "million": 1e6, "millions": 1e6, "mn": 1e6, "mio": 1e6, "millionen": 1e6,
    "billion": 1e9, "billions": 1e9, "bn": 1e9, "milliarden": 1e9, "milliarde": 1e9, "mrd": 1e9,
    "trillion": 1e12, "trillions": 1e12, "tn": 1e12, "billionen": 1e12,
    "dozen": 12.0, "百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "億": 1e8, "万亿": 1e12,
}  # fmt: skip
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "elf": 11, "zwölf": 12, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50,
    "hundert": 100,
}  # fmt: skip
_TENS = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
_CHINESE_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "januar"), ("february", "feb", "februar"), ("march", "mar", "märz"), ("april", "apr"),
            ("may", "mai"), ("june", "jun", "juni"), ("july", "jul", "juli"), ("august", "aug"),
            ("september", "sept", "sep"), ("october", "oct", "oktober"), ("november", "nov"),
            ("december", "dec", "dezember"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_CURRENCIES = {
    "$": "usd", "us$": "usd", "dollar": "usd", "dollars": "usd", "usd": "usd", "美元": "usd",
    "€": "eur", "euro": "eur", "euros": "eur", "eur": "eur", "欧元": "eur",
    "£": "gbp", "pound": "gbp", "pounds": "gbp", "gbp": "gbp", "英镑": "gbp",
    "¥": "cny", "yuan": "cny", "rmb": "cny", "cny": "cny", "元": "cny", "人民币": "cny",
    "yen": "jpy", "日元": "jpy", "won": "krw", "韩元": "krw", "rupees": "inr", "rupee": "inr", "卢比": "inr",
    "n$": "nad", "forints": "huf", "forint": "huf", "福林": "huf", "港元": "hkd", "hk$": "hkd", "nt$": "twd",
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]\d|\s*(?:percent|%|million|billion))"
    r"|(?P<m3>\d{1,2})月(?P<d3>\d{1,2})[日号]",
    re.IGNORECASE,
)
_WORD_NUMBER = "|".join(sorted(_WORDS, key=len, reverse=True))
_SCALE = "|".join(sorted((re.escape(word) for word in _SCALES), key=len, reverse=True))
_CURRENCY = "|".join(sorted((re.escape(word) for word in _CURRENCIES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<before>us\$|hk\$|nt\$|n\$|[$€£¥]|\brmb\s?|\bcny\s?|\beur\s?|\busd\s?)?"
    rf"(?:(?P<digits>(?<![A-Za-z0-9.,])\d+(?:[.,]\d+)*)|\b(?P<words>(?:{_WORD_NUMBER})(?:[- ](?:{_WORD_NUMBER}|and))*)\b"
    r"|(?P<chinese>[零一二两三四五六七八九十百]{1,7})(?=[万亿个家名人次起座台枚块年月天倍成%个]))"
    rf"(?:\s?-?(?P<scale>万亿|百万|千万|[万亿千萬億]|(?:{_SCALE})\b))?"
    r"(?:\s?(?P<unit>percentage points?|per ?cent|prozent|%|个百分点))?"
    rf"(?:\s?-?(?P<after>{_CURRENCY})(?![a-z]))?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_MODEL = re.compile(r"(?<![^\W_])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]+(?:[-.]?[a-z\d]+)*(?![^\W_])", re.IGNORECASE | re.ASCII)
_ORDINAL_WORDS = {"1st": 1, "2nd": 2, "3rd": 3}
_NEXT_WORD = re.compile(rf"[\s-]?([^\W\d_]{{2,}}|[{CJK}]{{1,2}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One value: ``kind`` is ``count``, ``money``, ``percent``, ``date``, ``time``, ``year`` or ``model``.

    ``key`` is equal for equal values however they are written; ``value`` is the number itself (None for dates and
    models), ``unit`` the currency code or the word that follows. ``start`` and ``end`` slice the text.
    """

    kind: str
    key: str
    text: str
    start: int
    end: int
    value: float | None = None
    unit: str | None = None


def quantities(text: str, language: str | None = None) -> tuple[Quantity, ...]:
    """Every quantity in *text*, in reading order, never overlapping.

    >>> [q.key for q in quantities("1.2 million units on 2 August, 120万台, up 5%")]
    ['1200000', 'd8-2', '1200000', '5%']
    """
    found: list[Quantity] = []
    taken: list[tuple[int, int]] = []
    for match in _DATE.finditer(text):
        date = _read_date(match)
        if date:
            found.append(date)
            taken.append(match.span())
    for match in _TIME.finditer(text):
        found.append(Quantity(kind="time", key=f"t{int(match[1])}:{match[2]}", text=match.group(), start=match.start(), end=match.end()))
        taken.append(match.span())
    for match in _MODEL.finditer(text):
        if _is_free(match.span(), taken) and not _NUMBER.fullmatch(match.group()):
            found.append(_model(match))
            taken.append(match.span())
    for match in _NUMBER.finditer(text):
        if _is_free(match.span(), taken):
            quantity = _read_number(text, match, is_german=language == "de")
            if quantity:
                found.append(quantity)
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _is_free(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end in taken)


def _model(match: re.Match[str]) -> Quantity:
    name = re.sub(r"[-.]", "", match.group().lower())
    if match.group().lower() in _ORDINAL_WORDS or re.fullmatch(r"\d+(?:st|nd|rd|th)", name):
        return Quantity(kind="count", key=re.sub(r"\D", "", name), text=match.group(), start=match.start(),
                        end=match.end(), value=float(re.sub(r"\D", "", name)))  # fmt: skip
    return Quantity(kind="model", key=f"n{name}", text=match.group(), start=match.start(), end=match.end())


def _read_date(match: re.Match[str]) -> Quantity | None:
    parts = match.groupdict()
    if parts["m3"]:
        month, day = int(parts["m3"]), int(parts["d3"])
    else:
        month = _MONTHS[(parts["m1"] or parts["m2"]).lower()]
        day = int(parts["d1"] or parts["d2"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Quantity(kind="date", key=f"d{month}-{day}", text=match.group(), start=match.start(), end=match.end())


def _read_number(text: str, match: re.Match[str], *, is_german: bool) -> Quantity | None:
    value = _value(match, is_german=is_german)
    if value is None:
        return None
    scale = (match["scale"] or "").lower()
    currency = _CURRENCIES.get((match["before"] or match["after"] or "").strip().lower())
    if match["words"] and not (scale or match["unit"] or currency) and value == 1:
        return None  # "one of the best" counts nothing
    value *= _SCALES.get(scale, 1.0)
    raw = match.group().rstrip()
    start, end = match.start(), match.start() + len(raw)
    if match["unit"]:
        return Quantity(kind="percent", key=f"{_plain(value)}%", text=raw, start=start, end=end, value=value, unit="%")
    if currency:
        return Quantity(kind="money", key=_plain(value), text=raw, start=start, end=end, value=value, unit=currency)
    follower = _NEXT_WORD.match(text, end)
    unit = follower.group(1).lower() if follower else None
    is_year = match["digits"] is not None and not scale and re.fullmatch(r"(?:19|20)\d\d", match["digits"])
    if is_year:
        return Quantity(kind="year", key=_plain(value), text=raw, start=start, end=end, value=value)
    return Quantity(kind="count", key=_plain(value), text=raw, start=start, end=end, value=value, unit=unit)


def _value(match: re.Match[str], *, is_german: bool) -> float | None:
    if match["digits"]:
        return _read_digits(match["digits"], is_german=is_german)
    if match["words"]:
        return _read_words(match["words"].lower())
    return _read_chinese(match["chinese"])


def _read_digits(digits: str, *, is_german: bool) -> float | None:
    """The value of a digit group; a comma or point before exactly three digits separates thousands, by language.

    >>> _read_digits("1,250", is_german=False), _read_digits("2,4", is_german=True)
    (1250.0, 2.4)
    """
    thousands, decimal = (".", ",") if is_german else (",", ".")
    plain = re.sub(rf"(?<=\d){re.escape(thousands)}(?=\d{{3}}(?!\d))", "", digits)
    if thousands in plain and decimal not in plain:
        plain = plain.replace(thousands, ".")  # the other convention, e.g. "2,4" in an English text
    plain = plain.replace(decimal, ".")
    if plain.count(".") > 1:
        return None  # a version or an address, not a value
    return float(plain)


def _read_words(words: str) -> float | None:
    total = 0.0
    for word in re.split(r"[- ]", words):
        if word == "and":
            continue
        value = _WORDS[word]
        if value == 100:
            total = (total or 1) * 100
        elif total and total % 100 and not (total % 100 >= 20 and value < 10):
            return None  # "two three": no number
        else:
            total += value
    return total


def _read_chinese(digits: str) -> float | None:
    """The value of a Chinese numeral below 1,000, e.g. 十二 -> 12, 三百二十 -> 320."""
    total, digit = 0, 0
    for char in digits:
        if char in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[char]
        else:
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
    return float(total + digit) or None


def _plain(value: float) -> str:
    return f"{value:.6g}" if value < 1e15 and value != int(value) else str(int(value))
