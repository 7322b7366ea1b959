"""Single values: what stands in the file -> what the program works with, or a message that tells what to write.

Every function takes whatever YAML gave and raises PydanticCustomError. A value that came from the environment may be
a secret: messages repeat a value only through ``_shown``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic_core import PydanticCustomError

from monitor.config.document import FromEnvironment
from monitor.config.problems import suggest
from monitor.config.settings import Network
from monitor.model import ChannelAddress
from monitor.text import mailboxes

_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9}(?:\.\d{1,3})?)s)?", re.ASCII)
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?) ?([kKMG]i?)?B?", re.ASCII)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# The longest sensible cron line names every minute; CronSim's time grows with the length.
_MAX_CRON_CHARS = 250
# A leap-year start: CronSim walks at most 50 years from here, so 29 February comes.
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_YEAR_S = 365 * 86400
_MAX_SHOWN = 60
# What people write for a choice that letters alone would not lead to.
_MEANT = {
    "rss": "feed",
    "atom": "feed",
    "json": "feed",
    "html": "page",
    "website": "page",
    "ssl": "tls",
    "smtps": "tls",
    "plain": "none",
    "no": "skip",
    "yes": "send",
}


def wrong(message: str, hint: str | None = None) -> PydanticCustomError:
    """The error to raise for a value; *hint* names the nearest right one."""
    return PydanticCustomError("wrong_value", "{message}", {"message": message, "hint": hint})


def _shown(value: object) -> str:
    if isinstance(value, FromEnvironment):
        return "the value from the environment"
    text = str(value)
    return f'"{text}"' if len(text) <= _MAX_SHOWN else f'"{text[:_MAX_SHOWN]}..."'


def parse_text(value: object) -> str:
    """One line of text without blanks around it."""
    if isinstance(value, bool | int | float):
        raise wrong('must be text: put it in quotes ("...")')
    if value is None:
        raise wrong("has no value: write one, or remove it")
    if not isinstance(value, str):
        raise wrong("must be text, not a list or a mapping")
    text = str(value).strip()
    if not text:
        raise wrong("must not be empty")
    if _CONTROL.search(text):
        raise wrong("must be one line of text without control characters")
    return text


def parse_secret(value: object) -> str:
    """Text exactly as it stands; blanks around it may belong to it."""
    parse_text(value)
    return str(value)


def parse_flag(value: object) -> bool:
    """True or False; text only if it comes from the environment."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if isinstance(value, FromEnvironment) and word in {"true", "false"}:
        return word == "true"
    right = {"yes": "true", "on": "true", "no": "false", "off": "false", "true": "true", "false": "false"}.get(word)
    raise wrong("must be true or false, without quotes", f'did you mean "{right}"?' if right else None)


def parse_whole(value: object, *, least: int, most: int) -> int:
    """A whole number in [*least*, *most*]."""
    if isinstance(value, FromEnvironment) and re.fullmatch(r"\s*\d{1,18}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(f"must be a whole number from {least:,} to {most:,}")
    if not least <= value <= most:
        raise wrong(f"must be from {least:,} to {most:,}")
    return value


def parse_share(value: object) -> float:
    """A number in [0, 1]."""
    if isinstance(value, FromEnvironment) and re.fullmatch(r"\s*[\d.]{1,18}\s*", value, re.ASCII):
        value = float(value) if value.count(".") < 2 and value.strip() != "." else value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise wrong("must be a number from 0 (takes everything) to 1; 0.5 is the usual one")
    return float(value)


def parse_duration(value: object, *, least_s: float, most_s: float = _YEAR_S) -> float:
    """Seconds, from ``90s``, ``30m``, ``1h30m`` or ``7d``, in [*least_s*, *most_s*]; default limit a year."""
    how = "write a length of time with its unit, like 20s, 30m, 12h or 7d"
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise wrong(f"{how}: {value} has no unit", f'did you mean "{value}s"?')
    match = _DURATION.fullmatch(value.strip().replace(" ", "")) if isinstance(value, str) else None
    if match is None or not match[0]:
        raise wrong(how)
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    total = days * 86400 + hours * 3600 + minutes * 60 + seconds
    if not least_s <= total <= most_s:
        raise wrong(f"must be from {_spell(least_s)} to {_spell(most_s)}")
    return total


def _spell(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def parse_size(value: object, *, least: int, most: int) -> int:
    """Bytes, from a number or ``500kB``, ``10MB``, ``10MiB``, in [*least*, *most*]."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise wrong("write a size like 500kB or 10MB")
    n_bytes = int(float(match[1]) * _UNITS[(match[2] or "").lower()])
    if not least <= n_bytes <= most:
        raise wrong(f"must be from {least // 1000:,} kB to {most // 10**6:,} MB")
    return n_bytes


def parse_choice(value: object, *, choices: tuple[str, ...]) -> str:
    """One of *choices*."""
    if isinstance(value, str) and value in choices:
        return str(value)
    listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
    if not isinstance(value, str):
        raise wrong(f"must be {listed}")
    meant = _MEANT.get(value.lower())
    raise wrong(f"must be {listed}", f'did you mean "{meant}"?' if meant in choices else suggest(value, choices))


def parse_id(value: object) -> str:
    """A name of letters, digits, hyphens and underscores: it becomes part of addresses and file names."""
    text = parse_text(value)
    if not _ID.fullmatch(text):
        nearest = re.sub(r"[^A-Za-z0-9]+", "-", text.lower()).strip("-")[:64]
        hint = f'did you mean "{nearest}"?' if nearest else None
        raise wrong("must be letters a-z, digits, - and _ only, at most 64, and start with no sign", hint)
    return text


def parse_term(value: object) -> str:
    """A term to look for, with at most one sign ``+`` (must occur) or ``-`` (must not) before it."""
    text = parse_text(value)
    if not text.lstrip("+-").strip():
        raise wrong(f'{_shown(value)} holds no term: write "+word", "-word" or "word"')
    return text


def parse_web_address(value: object) -> str:
    """An http or https address that the fetcher can ask for, as it stands."""
    text = parse_text(value)
    if re.search(r"[\s\\<>\"]", text):
        raise wrong("holds a blank, quote, bracket or backslash: write it with %20 and the like")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong(f"{_shown(value)} is not a web address: write https://host/path") from None
    if parts.scheme not in {"http", "https"}:
        near = f"https://{text}" if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", text) else None
        hint = f'did you mean "{near}"?' if near and not isinstance(value, FromEnvironment) else None
        raise wrong("must be a web address that starts with http:// or https://", hint)
    if not parts.hostname or port == 0:
        raise wrong(f"{_shown(value)} names no host: write https://host/path")
    if "@" in parts.netloc:
        raise wrong("must not hold a user name or password before the host")
    return text


def parse_proxy(value: object) -> str:
    """An http or https address of a proxy, a login before its host if it needs one."""
    text = parse_text(value)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong("is not the address of a proxy: write http://host:port") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port is None:
        raise wrong("must be the address of a proxy like http://proxy.example.org:3128 (http or https)")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", text):
        raise wrong("must end after the port: http://proxy.example.org:3128")
    return text


def parse_mailbox(value: object) -> str:
    """A bare mail address."""
    text = parse_text(value)
    if not _is_mailbox(text):
        raise wrong("must be a mail address like analyst@example.org")
    return text


def parse_sender(value: object) -> str:
    """A mail address, alone or as ``Name <address>``."""
    text = parse_text(value)
    if not _is_mailbox(parseaddr(text)[1]):
        raise wrong('must be a mail address, alone or as "Name <digest@example.org>"')
    return text


def _is_mailbox(text: str) -> bool:
    try:
        mailboxes.parse_mailbox(text)
    except ValueError:
        return False
    return True


def parse_contact(value: object) -> str:
    """What the user agent tells about the operator: printable ASCII, since it goes into a header (RFC 9110, 5.5)."""
    text = parse_text(value)
    if not text.isascii() or ("@" not in text and not text.startswith(("http://", "https://"))):
        raise wrong("must be a mail address or a web address where you can be reached")
    return text


def parse_language(value: object) -> str:
    """A two-letter language code (ISO 639-1)."""
    text = parse_text(value)
    if not re.fullmatch(r"[a-z]{2}", text):
        raise wrong("must be a language code of two small letters, like en or zh")
    return text


def parse_host(value: object) -> str:
    """A host name or address, without scheme and port."""
    text = parse_text(value)
    if re.search(r"[\s/@\\]", text) or (text.count(":") == 1):
        raise wrong("must be a host name like smtp.example.org; the port has a key of its own")
    return text


def parse_network(value: object) -> Network:
    """A network from its CIDR form."""
    text = parse_text(value)
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        near = str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise wrong("must be a network like 10.0.0.0/8 or fd00::/8") from None
    raise wrong("has bits set behind the network's length", f'did you mean "{near}"?')


def parse_timezone(value: object) -> str:
    """The name of a time zone of the IANA database."""
    text = parse_text(value)
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        hint = suggest(text, available_timezones())
        raise wrong(f"{_shown(value)} is no time zone: write one like Europe/Berlin or UTC", hint) from None
    return text


def parse_schedule(value: object) -> str:
    """A cron line of five fields that comes true at some time."""
    text = parse_text(value)
    how = 'write five cron fields, "minute hour day month weekday", like "0 7 * * *" for every day at 7:00'
    if len(text.split()) != 5 or len(text) > _MAX_CRON_CHARS:
        clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text, re.ASCII)
        raise wrong(how, f'did you mean "{int(clock[2])} {int(clock[1])} * * *"?' if clock else None)
    try:
        next(CronSim(text, _ANY_DAY))
    except CronSimError as error:
        raise wrong(f"the {str(error).removeprefix('Bad ')} field is wrong: {how}") from None
    except StopIteration:
        raise wrong(f"this day never comes: {how}") from None
    return text


def parse_store(value: object) -> str:
    """A database address of a kind that the store can open. Never repeated in a message: it may hold a password."""
    text = parse_text(value)
    scheme = text.partition(":")[0]
    if text.startswith("sqlite:///") and len(text) > len("sqlite:///"):
        return text
    if re.match(r"postgresql(\+psycopg)?://.", text):
        return text
    hint = suggest(scheme, ("sqlite", "postgresql")) if scheme not in {"sqlite", "postgresql"} else None
    file = re.fullmatch(r"(?:sqlite:/{0,2})?([\w./-]+\.(?:db|sqlite3?))", text)
    if file and not isinstance(value, FromEnvironment):
        hint = f'did you mean "sqlite:///{file[1]}"?'
    raise wrong("must be sqlite:///FILE or postgresql://USER@HOST/NAME", hint)


def parse_notify(value: object) -> str:
    """An Apprise address."""
    text = parse_text(value)
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://?\S", text):
        raise wrong("must be an Apprise address like ntfy://topic")
    return text


def channel_addresses(kind: str, targets: Iterable[str]) -> tuple[ChannelAddress, ...]:
    """One channel for each target, repeats left out."""
    return tuple(ChannelAddress(kind=kind, target=target) for target in dict.fromkeys(targets))
