"""Dates as feeds write them, as aware UTC times.

Three shapes cover nearly all feeds and are tried first: RFC 822 with the year in four digits (RSS), RFC 3339 (Atom,
JSON Feed) and its shortened forms (W3C note "Date and Time Formats"). Then come the odd ones: C ``asctime``, month
names first, East Asian numerals, bare epoch numbers. A time without a zone is taken as UTC. Whatever names no real
moment, or one outside the years 1971 to 2100 (zero dates of broken systems), is None: a wrong date would turn news
into back-fill, no date does not.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

MAX_DATE_CHARS = 100
_FIRST_YEAR, _LAST_YEAR = 1971, 2100
_PIVOT = 70  # two-digit years: 00..69 are 2000..2069 (POSIX strptime %y uses 69; RFC 2822, 4.3 uses 50)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january janvier enero gennaio janeiro",
            "feb februar february fevrier février febrero febbraio fevereiro",
            "mar märz maerz march mars marzo março mrz",
            "apr april avril abril aprile avr abr",
            "may mai mayo maggio maio",
            "jun juni june juin junio giugno junho",
            "jul juli july juillet julio luglio julho",
            "aug august août aout agosto ago",
            "sep sept september septembre septiembre settembre setembro set",
            "oct okt oktober october octobre octubre ottobre outubro out",
            "nov november novembre noviembre novembro",
            "dec dez dezember december décembre decembre diciembre dicembre dezembro dic",
        ),
        start=1,
    )
    for name in names.split()
}

_ZONES = {
    # RFC 822, 5.1 and RFC 2822, 4.3 first, then the abbreviations that feeds use beside them; hours east of UTC.
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "met": 1,
    "mest": 2, "eet": 2, "eest": 3, "msk": 3, "ist": 5.5, "pkt": 5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9,
    "kst": 9, "aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3,
    "akst": -9, "akdt": -8, "hst": -10, "nst": -3.5, "ndt": -2.5, "et": -5, "ct": -6, "mt": -7, "pt": -8,
}  # fmt: skip

_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?"
_RFC822 = re.compile(
    rf"^(?:[^\W\d]{{2,12}}\.?,?\s*)?(\d{{1,2}})\.?[\s-]+([^\W\d]{{3,10}})\.?,?[\s-]+(\d{{2,4}}),?(?:\s+(?:at\s+)?{_CLOCK}"
    r"\s*([ap]\.?m\.?(?![a-z]))?\s*(.{0,40}))?$",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"^(?:[^\W\d]{{2,12}}\.?,?\s+)?([^\W\d]{{3,10}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})"
    rf"(?:,?\s+(?:at\s+)?{_CLOCK}\s*([ap]\.?m\.?(?![a-z]))?\s*(.{{0,40}}))?$",
    re.IGNORECASE,
)
_ASCTIME = re.compile(
    rf"^[^\W\d]{{2,9}},?\s+([^\W\d]{{3,9}})\s+(\d{{1,2}})\s+{_CLOCK}\s+(?:([A-Za-z]{{1,5}}|[+-]\d{{4}})\s+)?(\d{{4}})$"
)
_ISO = re.compile(
    r"^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?|(\d{2})(\d{2})?)?"
    r"(?:(?:[Tt]|\s+|(?<=\d{8}))(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(.{0,40}))?$"
)
_ORDINAL = re.compile(r"^(\d{4})-?(\d{3})(?:[Tt]|$)")
_WEEK = re.compile(r"^(\d{4})-?[Ww](\d{2})(?:-?(\d))?(?:[Tt]|$)")
_EAST_ASIAN = re.compile(
    rf"^(\d{{4}})\s*[年년]\s*(\d{{1,2}})\s*[月월]\s*(\d{{1,2}})\s*[日일号]?\s*(?:(上午|下午|오전|오후|午前|午後)?\s*{_CLOCK}\s*(.{{0,40}}))?"
)
_NUMERIC = re.compile(
    rf"^(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}),?(?:\s+{_CLOCK}\s*([ap]m)?\s*(.{{0,40}}))?$", re.IGNORECASE
)
_EPOCH = re.compile(r"^(\d{9,10}|\d{12,13})(?:\.\d+)?$")
_OFFSET = re.compile(r"^(?:gmt|utc|ut)?\s*([+-])(\d{1,2}):?(\d{2})?(?:\s*\(.*\))?$")
_ZONE_NAME = re.compile(r"^([a-z]{1,5})\b")


def parse_date(text: str | None) -> datetime | None:
    """The moment that *text* names, aware and in UTC; None if it names none. Never raises.

    Dates without a time are midnight UTC. Numbers like ``03/04/2024`` are read month first, unless that is impossible.
    """
    if not text:
        return None
    text = " ".join(text[: MAX_DATE_CHARS + 1].split())
    if not text or len(text) > MAX_DATE_CHARS:
        return None
    for read in _READERS:
        try:
            moment = read(text)
        except (ValueError, OverflowError):
            return None
        if moment is not None:
            return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
    return None


def _read_rfc822(text: str) -> datetime | None:
    match = _RFC822.match(text)
    if match is None or (month := _month(match[2])) is None:
        return None
    return _moment((match[3], month, match[1]), match.group(4, 5, 6), match[7], match[8])


def _read_month_first(text: str) -> datetime | None:
    match = _MONTH_FIRST.match(text)
    if match is None or (month := _month(match[1])) is None:
        return None
    return _moment((match[3], month, match[2]), match.group(4, 5, 6), match[7], match[8])


def _read_asctime(text: str) -> datetime | None:
    match = _ASCTIME.match(text)
    if match is None or (month := _month(match[1])) is None:
        return None
    return _moment((match[7], month, match[2]), match.group(3, 4, 5), None, match[6])


def _read_iso(text: str) -> datetime | None:
    match = _ISO.match(text)
    if match is None:
        return None
    month, day = match[2] or match[4] or "1", match[3] or match[5] or "1"
    moment = _moment((match[1], int(month), day), match.group(6, 7, 8), None, match[10])
    fraction = match[9]
    return moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0"))) if fraction else moment


def _read_ordinal(text: str) -> datetime | None:
    if match := _WEEK.match(text):
        return datetime.fromisocalendar(int(match[1]), int(match[2]), int(match[3] or 1)).replace(tzinfo=UTC)
    if match := _ORDINAL.match(text):
        return datetime(int(match[1]), 1, 1, tzinfo=UTC) + timedelta(days=int(match[2]) - 1)
    return None


def _read_east_asian(text: str) -> datetime | None:
    match = _EAST_ASIAN.match(text)
    if match is None:
        return None
    half = {"下午": "pm", "午後": "pm", "오후": "pm", "上午": "am", "午前": "am", "오전": "am"}.get(match[4] or "")
    return _moment((match[1], int(match[2]), match[3]), match.group(5, 6, 7), half, match[8])


def _read_numeric(text: str) -> datetime | None:
    match = _NUMERIC.match(text)
    if match is None:
        return None
    first, second = int(match[1]), int(match[3])
    is_day_first = first > 12 or (match[2] == "." and second <= 12)
    month, day = (second, first) if is_day_first else (first, second)
    return _moment((match[4], month, str(day)), match.group(5, 6, 7), match[8], match[9])


def _read_epoch(text: str) -> datetime | None:
    match = _EPOCH.match(text)
    if match is None:
        return None
    digits = match[1]
    return datetime.fromtimestamp(int(digits) / (1000 if len(digits) > 10 else 1), UTC)


_READERS = (
    _read_rfc822,
    _read_epoch,
    _read_ordinal,
    _read_iso,
    _read_month_first,
    _read_asctime,
    _read_east_asian,
    _read_numeric,
)


def _month(name: str) -> int | None:
    name = name.lower()
    return _MONTHS.get(name) or _MONTHS.get(name[:3])


def _moment(
    date: tuple[str, int, str],
    clock: tuple[str | None, ...],
    half: str | None,
    zone: str | None,
) -> datetime:
    """The moment made of *date* (year, month, day) and time; 24:00 and leap seconds roll over.

    ValueError if a part is out of range.
    """
    year, month, day = date
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000 if full_year < _PIVOT else 1900
    hour, minute, second = (int(part) if part else 0 for part in clock)
    if half and half[0] in "pP" and hour < 12:
        hour += 12
    elif half and half[0] in "aA" and hour == 12:
        hour = 0
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError
    if hour == 24 or second == 60:
        start = datetime(full_year, month, int(day), tzinfo=UTC)
        return start + timedelta(hours=hour, minutes=minute, seconds=second) - _offset(zone)
    return datetime(full_year, month, int(day), hour, minute, second, tzinfo=UTC) - _offset(zone)


def _offset(zone: str | None) -> timedelta:
    """East of UTC; an unknown zone counts as UTC, as RFC 2822, 4.3 asks for."""
    zone = zone.strip().lower() if zone else ""
    if not zone or zone in ("z", "gmt", "+0000", "+00:00", "utc"):
        return timedelta()
    if match := _OFFSET.match(zone):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours > 15 or minutes > 59:
            return timedelta()
        east = timedelta(hours=hours, minutes=minutes)
        return east if match[1] == "+" else -east
    name = _ZONE_NAME.match(zone)
    return timedelta(hours=_ZONES.get(name[1], 0)) if name else timedelta()
