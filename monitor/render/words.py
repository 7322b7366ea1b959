"""Dates, counts and names as a reader of English expects them, independent of the machine's locale."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.model import Outcome

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
OUTCOME_TITLES = {
    Outcome.DUPLICATE: "Copies of another article",
    Outcome.KNOWN: "Nothing you did not know",
    Outcome.OFF_TOPIC: "Off topic",
    Outcome.FAILED: "Could not be read",
    Outcome.NEW: "Left out though new",
    Outcome.UPDATE: "Left out though an update",
}
"""Headings of the page of dropped articles, in its order: the ones most worth a second look come first."""


def local(moment: datetime, timezone: str) -> datetime:
    """*moment* on the clocks of *timezone*, an IANA name."""
    return moment.astimezone(ZoneInfo(timezone))


def long_day(moment: datetime | date) -> str:
    """``Friday 4 September 2026``."""
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def short_day(moment: datetime | date) -> str:
    """``4 Sep``."""
    return f"{moment.day} {_MONTHS[moment.month - 1][:3]}"


def month_name(moment: datetime | date) -> str:
    """``September 2026``."""
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def period(from_at: datetime, to_at: datetime, timezone: str) -> str:
    """``3 Sep 07:00 to 4 Sep 07:00, Europe/Berlin``; the years are told when they differ."""
    start, end = local(from_at, timezone), local(to_at, timezone)
    years = (f" {start.year}", f" {end.year}") if start.year != end.year else ("", "")
    return f"{short_day(start)}{years[0]} {start:%H:%M} to {short_day(end)}{years[1]} {end:%H:%M}, {timezone}"


def rfc3339(moment: datetime) -> str:
    """``2026-09-04T05:00:00Z``, to the second (RFC 3339, UTC)."""
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def plural(number: int, noun: str, many: str | None = None) -> str:
    """``1 story``, ``1,204 stories``: the number with its noun."""
    if number == 1:
        return f"1 {noun}"
    regular = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{number:,} {many or regular}"


def language_name(code: str) -> str:
    """``Chinese`` for ``zh``; the code itself where no name is on the list."""
    return _LANGUAGES.get(code.lower().split("-")[0], code)
