r"""Reads the address of a request, once: what is checked here is the very object that is dialled.

Two parsers that disagree about ``http://inside\@outside/`` were a hole in several feed readers, so everything that
parsers read differently (backslashes, control characters, user names, numeric spellings of IPv4) is refused.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address

import httpx

from monitor.fetch.limits import RefusedError

_MAX_LENGTH = 8_000
"""The length that RFC 9110 section 4.1 asks every recipient to support at least."""

_REFUSED_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
_AUTHORITY = re.compile(r"[a-z][a-z0-9+.-]*://(?P<authority>[^/?#]*)", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:@%]+)(:(?P<port>[0-9]{0,5}))?")
_NAME = re.compile(r"(?=.{1,254}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_LOOKS_NUMERIC = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?")
"""Hosts that "end in a number" (WHATWG URL section 3.5) are IPv4 addresses in some spelling, never names."""

_DEFAULT_PORTS = (80, 443)
_FIRST_USER_PORT = 1024
_BAD_PORTS = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080)
)
"""The ports from 1024 up that the WHATWG Fetch standard blocks ("port blocking", read 2025)."""


def parse_target(text: str) -> httpx.URL:
    """The address *text* as it will be dialled, without its fragment. RefusedError ``bad_url`` if it is unfit."""
    if len(text) > _MAX_LENGTH:
        raise _bad("longer than 8,000 characters")
    if _REFUSED_CHARACTERS.search(text):
        raise _bad("holds a backslash or a control character")
    if (found := _AUTHORITY.match(text)) is None:
        raise _bad("is not an absolute http or https address")
    authority = found["authority"]
    if "@" in authority:
        raise _bad("holds a user name or password")
    if (parts := _HOST_AND_PORT.fullmatch(authority)) is None:
        raise _bad("has no proper host")
    try:
        url = httpx.URL(text).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad(str(error)) from error
    if url.scheme not in ("http", "https"):
        raise _bad(f"has the scheme {url.scheme}, only http and https are fetched")
    _check_host(url.raw_host.decode("ascii"))
    _check_port(int(parts["port"] or 0) if parts["port"] else None)
    return url


def host_key(url: httpx.URL) -> str:
    """The name under which requests to one host wait for each other; another port counts as another host."""
    return url.netloc.decode("ascii")


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port (RFC 6454)."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _check_host(host: str) -> None:
    if ":" in host:
        if _reads_as(IPv6Address, host):
            return
    elif _LOOKS_NUMERIC.fullmatch(host):
        if _reads_as(IPv4Address, host):
            return
    elif _NAME.fullmatch(host):
        return
    raise _bad(f"has no proper host name: {host}")


def _reads_as(kind: type[IPv4Address | IPv6Address], host: str) -> bool:
    try:
        kind(host)
    except ValueError:
        return False
    return True


def _check_port(port: int | None) -> None:
    if port is None or port in _DEFAULT_PORTS:
        return
    if not _FIRST_USER_PORT <= port <= 0xFFFF or port in _BAD_PORTS:
        raise _bad(f"asks for port {port}, which no web server uses")


def _bad(detail: str) -> RefusedError:
    return RefusedError("bad_url", detail, permanent=True)
