"""Quantities in running text: counts, money, percentages, dates, years, and names that carry digits.

What is compared is the value, not the spelling: ``1.2 million``, ``1,200,000`` and ``120万`` are one value, and
so are ``2 August`` and ``8月2日``. English, German and Chinese spellings are read; for other languages digits
and percent signs are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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
    "elf": 11, "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17,
    "achtzehn": 18, "neunzehn": 19, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "siebzig": 70, "achtzig": 80, "neunzig": 90, "hundert": 100, "half a": 0.5,
}  # fmt: skip
_LETTER_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}
"""Read only after a currency sign: "$5m" is money, "70b" the size of a model."""

_GERMAN_SCALES = {"billion": 1e12}
_LARGEST = 1e21
"""Digits beyond that are serial numbers or tables, not values."""

_CHINESE_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
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
_DAYS_BEFORE = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)
_DAYS_A_YEAR = 366
_CURRENCIES = {
    "$": "usd", "us$": "usd", "dollar": "usd", "dollars": "usd", "usd": "usd", "美元": "usd",
    "€": "eur", "euro": "eur", "euros": "eur", "eur": "eur", "欧元": "eur",
    "£": "gbp", "pound": "gbp", "pounds": "gbp", "gbp": "gbp", "英镑": "gbp",
    "¥": "cny", "￥": "cny", "yuan": "cny", "rmb": "cny", "cny": "cny", "元": "cny", "人民币": "cny",
    "yen": "jpy", "日元": "jpy", "won": "krw", "韩元": "krw", "rupees": "inr", "rupee": "inr", "卢比": "inr",
    "n$": "nad", "forints": "huf", "forint": "huf", "福林": "huf", "港元": "hkd", "hk$": "hkd", "nt$": "twd",
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,:]\d|\s*(?:percent|%|million|billion))"
    r"|(?P<m3>\d{1,2})\s?月\s?(?P<d3>\d{1,2})\s?[日号]"
    r"|(?<=\b\d\d\d\d-)(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(
    rf"\b(?P<m1>{_MONTH})\b\.?,?\s+(?P<y1>(?:19|20)\d\d)(?!\d)|(?P<y2>(?:19|20)\d\d)\s?年\s?(?P<m2>\d{{1,2}})\s?月(?!\s?\d{{1,2}}\s?[日号])",
    re.IGNORECASE,
)
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "erste": 1, "zweite": 2, "dritte": 3, "vierte": 4,
             "一": 1, "二": 2, "三": 3, "四": 4}  # fmt: skip
_QUARTER = re.compile(
    r"\b(?:q(?P<q1>[1-4])|(?P<q2>first|second|third|fourth) quarter|(?P<q3>erste|zweite|dritte|vierte)[sn]? quartal)"
    r"(?:\s+of)?\s+(?P<y1>(?:19|20)\d\d)(?!\d)|(?P<y2>(?:19|20)\d\d)\s?年\s?第?(?P<q4>[一二三四1-4])季度?",
    re.IGNORECASE,
)
_WORD_NUMBER = "|".join(sorted((word for word in _WORDS if word != "half a"), key=len, reverse=True))
_SCALE = "|".join(sorted((re.escape(word) for word in _SCALES), key=len, reverse=True))
_CURRENCY = "|".join(sorted((re.escape(word) for word in _CURRENCIES), key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<before>(?:(?:(?<![a-z])(?:us|hk|nt|n))?\$|[€£¥￥]|\b(?:rmb|cny|eur|usd))\s?)?"
    r"(?:(?P<digits>(?<![A-Za-z0-9.,])(?:\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?!\d)|\d+(?:[.,]\d+)*))"
    rf"|\b(?P<words>half a(?= (?:[mb]|tr)illion)"
    rf"|(?:{_WORD_NUMBER})(?:[- ](?:{_WORD_NUMBER})|(?<=hundred) and (?:{_WORD_NUMBER}))*)\b"
    r"|(?P<chinese>[零〇一二两三四五六七八九十百][零〇一二两三四五六七八九十百千]{0,8})(?=[万亿个家名人次起座台枚块年月天倍%项套辆颗款元]))"
    rf"(?:\s?-?(?P<scale>万亿|百万|千万|[万亿千萬億]|(?:{_SCALE})\b)|(?(before)(?P<letter>[kmb])\b|(?!)))?"
    r"(?:\s?(?P<unit>percentage points?|per ?cent|prozent|[%％]|个百分点))?"
    rf"(?:\s?-?(?P<after>{_CURRENCY})(?![a-z]))?",
    re.IGNORECASE,
)
_CHINESE_SHARE = re.compile(
    r"百分之(?P<hundredths>[零〇一二两三四五六七八九十百点]{1,12}|\d{1,12}(?:\.\d{1,12})?)"
    r"|(?<![第零〇一二两三四五六七八九十百])(?P<tenths>[一二两三四五六七八九])成(?P<half>半)?(?![为立员本果交长功品熟效都败就年分])"
)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_MODEL = re.compile(
    r"(?<![^\W_])(?<!\d[.,])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]+(?:[-.][a-z\d]+)*(?![^\W_])", re.IGNORECASE | re.ASCII
)
_PRICE = re.compile(r"[$€£¥￥]\s?$")
_ORDINAL = re.compile(r"(?<!\d)\d+(?:st|nd|rd|th)", re.IGNORECASE | re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d|[一二][零〇一二三四五六七八九]{3}")
_NEXT_WORD = re.compile(rf"[\s-]?([^\W\d_]{{2,}}|[{CJK}]{{1,2}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One value: ``kind`` is ``count``, ``money``, ``percent``, ``date``, ``time``, ``year`` or ``model``.

    ``key`` is equal for equal values however they are written; ``value`` is the number itself (of a date: days into a leap
    year, or months since year 0 when only month or quarter are said; None for times and models), ``unit`` the currency
    code, the word that follows, or ``day`` or ``month``. ``start`` and ``end`` slice the text.
    """

    kind: str
    key: str
    text: str
    start: int
    end: int
    value: float | None = None
    unit: str | None = None


@lru_cache(maxsize=20_000)
def quantities(text: str, language: str | None = None) -> tuple[Quantity, ...]:
    """Every quantity in *text*, in reading order, never overlapping. Remembered: a known sentence is asked for often.

    >>> [q.key for q in quantities("1.2 million units on 2 August, 120万台, up 5%")]
    ['1200000', 'd8-2', '1200000', '5%']
    """
    found: list[Quantity] = []
    taken = bytearray(len(text))
    for pattern, read in _KINDS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            quantity = read(text, match, language)
            if quantity is not None:
                found.append(quantity)
                taken[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
    return tuple(sorted(found, key=lambda quantity: quantity.start))


def _read_time(_text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    key = f"t{int(match[1])}:{match[2]}"
    return Quantity(kind="time", key=key, text=match.group(), start=match.start(), end=match.end())


def _read_date(_text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    parts = match.groupdict()
    name = parts["m1"] or parts["m2"]
    month = _MONTHS[name.lower()] if name else int(parts["m3"] or parts["m4"])
    day = int(parts["d1"] or parts["d2"] or parts["d3"] or parts["d4"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Quantity(kind="date", key=f"d{month}-{day}", text=match.group(), start=match.start(), end=match.end(),
                    value=float(_DAYS_BEFORE[month - 1] + day), unit="day")  # fmt: skip


def _read_year_month(_text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    month = _MONTHS[match["m1"].lower()] if match["m1"] else int(match["m2"])
    year = int(match["y1"] or match["y2"])
    if not 1 <= month <= 12:
        return None
    return Quantity(kind="date", key=f"m{year}-{month}", text=match.group(), start=match.start(), end=match.end(),
                    value=float(12 * year + month), unit="month")  # fmt: skip


def _read_quarter(_text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    """A quarter of a year; its value is that of its first month."""
    named = (match["q1"] or match["q2"] or match["q3"] or match["q4"]).lower()
    quarter = int(named) if named.isdigit() else _QUARTERS[named]
    year = int(match["y1"] or match["y2"])
    return Quantity(kind="date", key=f"q{year}-{quarter}", text=match.group(), start=match.start(), end=match.end(),
                    value=float(12 * year + 3 * quarter - 2), unit="month")  # fmt: skip


def _read_chinese_share(_text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    """A share in words: 百分之七十二 -> 72%, 三成半 -> 35%."""
    if match["tenths"]:
        value = 10.0 * _CHINESE_DIGITS[match["tenths"]] + (5.0 if match["half"] else 0.0)
    elif match["hundredths"][0].isdigit():
        value = float(match["hundredths"])
    else:
        whole, point, fraction = match["hundredths"].partition("点")
        tail = "".join(str(_CHINESE_DIGITS.get(char, "")) for char in fraction)
        value = (_read_chinese(whole) or 0.0) + (float(f"0.{tail}") if point and tail else 0.0)
    return Quantity(kind="percent", key=f"{_plain(value)}%", text=match.group(), start=match.start(), end=match.end(),
                    value=value, unit="%")  # fmt: skip


def _read_model(text: str, match: re.Match[str], _language: str | None) -> Quantity | None:
    """A name with digits; None for a number that is written together with its scale ("5bn", "$5m")."""
    if _NUMBER.fullmatch(match.group()) or _PRICE.search(text[max(0, match.start() - 2) : match.start()]):
        return None
    if _ORDINAL.fullmatch(match.group()):
        value = float(match.group()[:-2])
        if value > _LARGEST:
            return None
        return Quantity(
            kind="count", key=_plain(value), text=match.group(), start=match.start(), end=match.end(), value=value
        )
    name = re.sub(r"[-.]", "", match.group().lower())
    return Quantity(kind="model", key=f"n{name}", text=match.group(), start=match.start(), end=match.end())


def _read_number(text: str, match: re.Match[str], language: str | None) -> Quantity | None:
    is_german = language == "de"
    value = _value(match, is_german=is_german)
    if value is None:
        return None
    scale = (match["scale"] or "").lower()
    currency = _CURRENCIES.get((match["before"] or match["after"] or "").strip().lower())
    if match["words"] and not (scale or match["unit"] or currency) and value == 1:
        return None  # "one of the best" counts nothing
    value *= _GERMAN_SCALES.get(scale, 1.0) if is_german and scale in _GERMAN_SCALES else _SCALES.get(scale, 1.0)
    value *= _LETTER_SCALES.get((match["letter"] or "").lower(), 1.0)
    if value > _LARGEST:
        return None
    raw = match.group().rstrip()
    start, end = match.start(), match.start() + len(raw)
    is_identifier = match["digits"] and re.fullmatch(r"0\d+", match["digits"])
    if is_identifier:  # "AIO/2026/001": a number that names, not one that counts
        return Quantity(kind="model", key=f"n{match['digits']}", text=raw, start=start, end=end)
    if match["unit"]:
        return Quantity(kind="percent", key=f"{_plain(value)}%", text=raw, start=start, end=end, value=value, unit="%")
    if currency:
        return Quantity(kind="money", key=_plain(value), text=raw, start=start, end=end, value=value, unit=currency)
    follower = _NEXT_WORD.match(text, end)
    unit = follower.group(1).lower() if follower else None
    if not scale and _YEAR.fullmatch(match["digits"] or match["chinese"] or ""):
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
    digits = re.sub(r"[\u00a0\u202f\u2009]", "", digits)
    plain = re.sub(rf"(?<=\d){re.escape(thousands)}(?=\d{{3}}(?!\d))", "", digits)
    if thousands in plain and decimal not in plain:
        plain = plain.replace(thousands, ".")  # the other convention, e.g. "2,4" in an English text
    plain = plain.replace(decimal, ".")
    if plain.count(".") > 1 or "," in plain:
        return None  # a version or an address, not a value
    return float(plain)


def _read_words(words: str) -> float | None:
    if words in _WORDS:
        return float(_WORDS[words])
    total = 0.0
    for word in re.split(r"[- ]", words.replace(" and ", " ")):
        value = _WORDS[word]
        if value == 100:
            total = (total or 1) * 100
        elif total and total % 100 and not (total % 100 >= 20 and total % 10 == 0 and value < 10):
            return None  # "two three": no number
        else:
            total += value
    return total


def _read_chinese(digits: str) -> float | None:
    """The value of a Chinese numeral below 10,000, e.g. 三百二十 -> 320, or digit by digit: 二〇二五 -> 2025."""
    if len(digits) > 1 and all(char in _CHINESE_DIGITS for char in digits):
        return float("".join(str(_CHINESE_DIGITS[char]) for char in digits))
    total, digit = 0, 0
    for char in digits:
        if char in _CHINESE_DIGITS:
            digit = _CHINESE_DIGITS[char]
        else:
            total += (digit or 1) * _CHINESE_UNITS[char]
            digit = 0
    return float(total + digit) or None


def _plain(value: float) -> str:
    """The value to 15 digits, so that 1.1 million and 1,100,000 are written alike whatever binary fractions do."""
    rounded = float(f"{value:.15g}")
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.15g}"


def keys_of(quantity: Quantity, value: float) -> tuple[str, ...]:
    """The keys that *quantity* would have if its value were *value*; none for times, years and models.

    >>> keys_of(quantities("22 September")[0], quantities("22 September")[0].value - 7)
    ('d9-15',)
    """
    if quantity.kind == "percent":
        return (f"{_plain(value)}%",)
    if quantity.kind in ("count", "money"):
        return (_plain(value),)
    if quantity.kind != "date":
        return ()
    if quantity.unit == "day":
        day = (int(value) - 1) % _DAYS_A_YEAR + 1  # a week after Christmas is in the next year
        month = sum(before < day for before in _DAYS_BEFORE)
        return (f"d{month}-{day - _DAYS_BEFORE[month - 1]}",)
    year = int(value - 1) // 12
    month = int(value) - 12 * year
    quarter = (f"q{year}-{(month + 2) // 3}",) if month % 3 == 1 else ()
    return (f"m{year}-{month}", *quarter)


_KINDS = (
    (_TIME, _read_time),
    (_QUARTER, _read_quarter),
    (_DATE, _read_date),
    (_YEAR_MONTH, _read_year_month),
    (_CHINESE_SHARE, _read_chinese_share),
    (_MODEL, _read_model),
    (_NUMBER, _read_number),
)
"""What is looked for, the most telling first: what one kind has taken is closed to those after it."""
