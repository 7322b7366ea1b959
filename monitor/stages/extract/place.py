"""Where a page belongs: its canonical address, the outlet's name, its picture."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from monitor.stages.extract.source import Source, first, host_of, plain, types_of
from monitor.text.urls import url_key

_PREFIX = re.compile(r"^(?:www|m|mobile|amp|edition)\.")


def canonical_url(source: Source) -> str | None:
    """The address the page gives as its own, absolute; None unless it is on the same site and not its front page.

    Templates that name the home page, another site or a section for every article are common, and would merge all
    of them into one.
    """
    link = next(
        (e.get("href") for e in source.tree.iter("link") if "canonical" in (e.get("rel") or "").lower().split()), None
    )
    for told in (link, source.meta("og:url")):
        found = _sane(told, source.url)
        if found:
            return found
    return None


def find_outlet(source: Source) -> str | None:
    """The site's own name, else its host."""
    publisher = first(source.article.get("publisher"))
    sites = [t.get("name") for t in source.things if set(types_of(t)) & {"WebSite", "NewsMediaOrganization"}]
    name = plain(publisher.get("name")) if isinstance(publisher, dict) else plain(publisher)
    for told in (source.meta("og:site_name"), name, source.meta("application-name"), *map(plain, sites)):
        if told and len(told) <= 80 and not told.startswith(("http:", "https:")):
            return told
    return host_of(source.address)


def find_image(source: Source) -> str | None:
    """The address of the picture the page shows for itself, absolute, http or https only."""
    told = first(source.article.get("image"))
    in_ld = told.get("url") or told.get("contentUrl") if isinstance(told, dict) else told
    for value in (source.meta("og:image", "og:image:url", "twitter:image", "twitter:image:src"), plain(first(in_ld))):
        if value and (url := _absolute(value, source.url)):
            return url
    return None


def _sane(told: str | None, url: str | None) -> str | None:
    found = _absolute(told, url) if told else None
    if found is None or "#" in found:
        return None
    if url is None:
        return found if urlsplit(found).path.strip("/") else None
    mine, theirs = urlsplit(url), urlsplit(found)
    if _site(url) != _site(found):
        return None
    if not theirs.path.strip("/") and not theirs.query and (mine.path.strip("/") or mine.query):
        return None
    is_section = mine.path.startswith(theirs.path.rstrip("/") + "/") and mine.path.rstrip("/") != theirs.path.rstrip(
        "/"
    )
    return None if is_section and len(theirs.path.strip("/").split("/")) < 2 else found


def _site(url: str) -> str:
    """The host behind *url* without the prefixes of its mobile forms; for a copy in an AMP cache the publisher's."""
    return _PREFIX.sub("", (url_key(url) or "").partition("/")[0])


def _absolute(value: str, base: str | None) -> str | None:
    try:
        url = urljoin(base or "", value.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return (
        url if parts.scheme in ("http", "https") and parts.hostname and url.isprintable() and " " not in url else None
    )
