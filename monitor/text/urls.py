"""Web addresses as text: one key for all spellings of an address, plus host, site and joining.

Theory of operation. One article is linked in many spellings: with and without ``www``, over http and https, with
tracking parameters, as an AMP page, with the parameters in another order. ``url_key`` folds them into one string that
serves ONLY for comparing: it is never fetched and never shown, since a server may insist on the very spelling that
was folded away. Every step is idempotent, so that ``url_key("https://" + url_key(u)) == url_key(u)``.

Generic syntax and percent-encoding: RFC 3986, section 6.2.2. Only what cannot change the addressed article is dropped.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

import idna

MAX_URL_CHARS = 8_192
"""Longer addresses are refused; servers commonly stop at 8 KiB for a request line (RFC 9110, 4.1 asks for 8,000)."""

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "at_", "ns_", "wt.", "_hs", "oly_", "vero_", "mc_", "ga_")
"""Parameter families of campaign tools (Google Analytics, Matomo, HubSpot, AT Internet, Comscore, Webtrends ...)."""

TRACKING_NAMES = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "li_fat_id",
        "mkt_tok",
        "rss",
        "s_kwcid",
        "ef_id",
        "epik",
        "scid",
        "trk",
        "trkcampaign",
        "cmpid",
        "cmp",
        "campaign_id",
        "campaignid",
        "ito",
        "ncid",
        "ocid",
        "xtor",
        "sr_share",
        "ref",
        "ref_src",
        "ref_url",
        "refsrc",
        "referrer",
        "referer",
        "source",
        "src",
        "smid",
        "smtyp",
        "partner",
        "feature",
        "soc_src",
        "soc_trk",
        "fb_action_ids",
        "fb_action_types",
        "fb_source",
        "action_object_map",
        "action_type_map",
        "spm",
        "scm",
        "share",
        "shared",
        "sharetype",
        "share_token",
        "sharefrom",
        "fromsource",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "__twitter_impression",
        "ftag",
        "intcmp",
        "icid",
        "icmp",
        "cid_source",
        "email_source",
        "mod",
        "wprov",
        "wkey",
        "taid",
        "tblci",
        "tbclid",
        "outputtype",
        "amp",
        "phpsessid",
        "jsessionid",
        "sessionid",
        "aspsessionid",
    ]
)
"""Single parameters that name where a reader came from, not what is read; compared in lower case."""

_DEFAULT_PORTS = frozenset({80, 443})
_ORDINARY = re.compile(r"https?://[a-z0-9][a-z0-9.-]*[a-z0-9](?:/[!-;=?-\[\]-~]*)?")
"""Addresses that need no second look: lower-case ASCII host without port and userinfo, printable ASCII path."""

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "%/:@!$&'()*+,;=~"
_HOST_PREFIX = re.compile(r"^(?:www|m|mobile|amp)\.(?=[^.]+\.)")
_MOBILE_LABEL = re.compile(r"^([a-z]{2,3})\.m\.(?=[^.]+\.)")
_SLASHES = re.compile(r"/{2,}")
_PATH_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_DULL_TAIL = re.compile(r"(?:(?<!/)/+(?:(?:index|default)\.(?:html?|php|aspx?|jsp|shtml))?|/amp|\.amp)$", re.IGNORECASE)
_AMP_HTML = re.compile(r"\.amp(?=\.html?$)", re.IGNORECASE)
_AMP_VIEWERS = (
    re.compile(r"^(?:www\.)?google\.[a-z.]{2,6}$"),
    re.compile(r"^[a-z0-9-]+\.cdn\.ampproject\.org$"),
)
_AMP_VIEWER_PATH = re.compile(r"^/(?:amp|[cvi])(?:/s)?/(?=[^/]+\.[^/]+)")
_IPV4 = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")

_SECOND_LEVEL = frozenset(
    [
        "ac",
        "asn",
        "co",
        "com",
        "edu",
        "go",
        "gob",
        "gouv",
        "gov",
        "govt",
        "gv",
        "id",
        "info",
        "int",
        "ltd",
        "me",
        "mil",
        "ne",
        "net",
        "nhs",
        "nom",
        "or",
        "org",
        "plc",
        "police",
        "press",
        "sch",
        "web",
    ]
)
_SHARED_HOSTS = frozenset(
    [
        "blogspot.com",
        "wordpress.com",
        "substack.com",
        "github.io",
        "gitlab.io",
        "netlify.app",
        "vercel.app",
        "pages.dev",
        "medium.com",
        "tumblr.com",
        "typepad.com",
        "bearblog.dev",
        "herokuapp.com",
        "web.app",
        "firebaseapp.com",
        "weebly.com",
        "wixsite.com",
        "ghost.io",
    ]
)
"""Hosts under which every name is another publisher (a few of the Public Suffix List's private part)."""


def is_web_url(url: str) -> bool:
    """True for an absolute http(s) address with a host, without userinfo, blanks, controls or backslashes."""
    return (len(url) <= MAX_URL_CHARS and _ORDINARY.fullmatch(url) is not None) or _split(url) is not None


def host_of(url: str) -> str | None:
    """The host in lower case, without port and trailing dot; None if *url* is no web address."""
    parts = _split(url)
    return parts[0] if parts else None


def site_of(url: str) -> str | None:
    """The registrable domain (``news.bbc.co.uk`` -> ``bbc.co.uk``), approximately; None if *url* is no web address.

    Without the Public Suffix List: two labels, three below a country's second level (``co.uk``) and on the shared
    hosts of this module. Addresses in numbers are their own site.
    """
    host = host_of(url)
    if host is None or ":" in host or _IPV4.match(host):
        return host
    labels = host.split(".")
    n_kept = 2
    if len(labels) > 2 and (
        (len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL) or ".".join(labels[-2:]) in _SHARED_HOSTS
    ):
        n_kept = 3
    return ".".join(labels[-n_kept:])


def resolve(base: str | None, link: str | None) -> str | None:
    """*link* as an absolute web address, seen from *base*; None if there is no such address.

    Line breaks and blanks at the ends are dropped and blanks inside encoded, as browsers do (WHATWG URL, 4.4).
    """
    if not link:
        return None
    link = link.strip()
    if not link:
        return None
    if any(blank in link for blank in "\n\r\t"):
        link = link.replace("\n", "").replace("\r", "").replace("\t", "")
    link = link.replace(" ", "%20")
    if base and not link[:8].lower().startswith(("http://", "https://")):
        try:
            link = urljoin(base, link)
        except ValueError:
            return None
    return link if is_web_url(link) else None


def url_key(url: str) -> str | None:
    """The string that all spellings of *url* share, e.g. ``example.org:8080/a/b?id=7``; None if it is no web address.

    Dropped: scheme, ``www.`` and ``m.``, default port, fragment (but not ``#!``), trailing slash, index file, AMP
    forms, session ids and tracking parameters; the other parameters are sorted. Never raises.
    """
    parts = _split(url.strip())
    if parts is None:
        return None
    host, port, path, query, fragment = parts
    if any(viewer.match(host) for viewer in _AMP_VIEWERS):
        inner = _AMP_VIEWER_PATH.sub("https://", path)
        if inner != path:
            return url_key(f"{inner}?{query}" if query else inner)
    where = _key_host(host) + (f":{port}" if port not in _DEFAULT_PORTS and port is not None else "")
    wanted = _key_query(query)
    bang = f"#{_percent(fragment)}" if fragment.startswith("!") else ""
    return f"{where}{_key_path(path)}{'?' if wanted else ''}{wanted}{bang}"


def _split(url: str) -> tuple[str, int | None, str, str, str] | None:
    """Host, port, path, query and fragment of a web address, None if it is none."""
    if len(url) > MAX_URL_CHARS or _FORBIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "%" in host:
        return None
    host = host.rstrip(".")
    return (host, port, parts.path, parts.query, parts.fragment) if host else None


def _key_host(host: str) -> str:
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            host = host.casefold()
    if ":" in host:
        return f"[{host}]"
    host = _MOBILE_LABEL.sub(r"\1.", host)
    while True:
        shorter = _HOST_PREFIX.sub("", host)
        if shorter == host:
            return host
        host = shorter


def _key_path(path: str) -> str:
    path = _percent(_SLASHES.sub("/", _PATH_SESSION.sub("", path)))
    if "/." in path:
        path = _without_dots(path)
    if path[:5].lower() == "/amp/" and len(path) > 5:
        path = path[4:]
    path = _AMP_HTML.sub("", path)
    while True:
        shorter = _DULL_TAIL.sub("", path)
        if shorter == path:
            return path
        path = shorter


def _without_dots(path: str) -> str:
    """*path* without the segments ``.`` and ``..`` (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "".join(f"/{segment}" for segment in kept)


def _key_query(query: str) -> str:
    if not query:
        return ""
    kept = []
    for pair in query.split("&"):
        name = pair.partition("=")[0].lower()
        if pair and name not in TRACKING_NAMES and not name.startswith(TRACKING_PREFIXES):
            kept.append(_percent(pair.replace("+", "%20")))
    return "&".join(sorted(kept))


def _percent(text: str) -> str:
    """*text* in one percent-encoding: unreserved characters bare, hex digits upper case (RFC 3986, 6.2.2.2)."""
    if text.isalnum() and text.isascii():
        return text
    text = _BROKEN_PERCENT.sub("%25", text)
    text = quote(text, safe=_PATH_SAFE + "?", errors="replace")
    return _PERCENT.sub(_bare_if_unreserved, text) if "%" in text else text


def _bare_if_unreserved(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()
