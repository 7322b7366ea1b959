"""Reads the times that servers send in headers: HTTP dates, Retry-After, Cache-Control, Expires."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.model import Response

_DELTA_SECONDS = re.compile(r"[0-9]+")
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]+)", re.IGNORECASE)
_FOREVER_S = 2_147_483_648
"""What RFC 9111 section 1.2.2 has caches put in place of larger numbers."""


def parse_http_date(value: str) -> datetime | None:
    """The moment an HTTP date (RFC 9110 section 5.6.7) names, in UTC; None if it is none."""
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from *now* that a Retry-After header asks for, 0 or more; None if it says nothing.

    RFC 9110 section 10.2.3: a whole number of seconds or a date.
    """
    if value is None:
        return None
    text = value.strip()
    if _DELTA_SECONDS.fullmatch(text):
        return float(_read_seconds(text))
    moment = parse_http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def find_freshness_s(response: Response, now: datetime) -> float:
    """Seconds for which the answer says that it stays fresh, 0 if it does not say.

    ``max-age`` wins over ``Expires``, and ``Expires`` counts from the answer's own ``Date`` (RFC 9111 section 4.2.1),
    so that a server with a wrong clock is understood. ``s-maxage`` speaks to shared caches only.
    """
    controls = ",".join(value for name, value in response.headers if name == "cache-control")
    if found := _MAX_AGE.search(controls):
        return float(_read_seconds(found[1]))
    expires = parse_http_date(response.header("expires") or "")
    if expires is None:
        return 0.0
    sent = parse_http_date(response.header("date") or "") or now
    return max(0.0, (expires - sent).total_seconds())


def _read_seconds(digits: str) -> int:
    return _FOREVER_S if len(digits.lstrip("0")) > len(str(_FOREVER_S)) else min(_FOREVER_S, int(digits))
