"""Element names without namespace noise: ``dc:creator``, ``atom:link``, ``pubdate``.

Publishers bind prefixes as they please, forget to bind them, and write namespaces with other cases, a missing slash
or blanks. One table folds all of them, so that a parser looks for one name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

ATOM: Final = "atom"

_PREFIXES = {
    # namespace in lower case, without scheme and trailing "/" or "#" -> our prefix ("" means plain RSS)
    "": "",
    "purl.org/rss/1.0": "",
    "purl.org/net/rss1.1": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "backend.userland.com/rss091": "",
    "backend.userland.com/rss092": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.law.harvard.edu/rss": "",
    "www.rssboard.org/rss-specification": "",
    "www.w3.org/2005/atom": ATOM,
    "purl.org/atom/ns": ATOM,
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "search.yahoo.com/mrss": "media",
    "rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "www.w3.org/1999/xhtml": "xhtml",
    "www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "www.google.com/schemas/sitemap/0.84": "sitemap",
    "www.google.com/schemas/sitemap/0.9": "sitemap",
    "www.google.com/schemas/sitemap-news/0.9": "news",
}
_UNBOUND = frozenset(_PREFIXES.values()) - {""}


@lru_cache(maxsize=4096)
def canonical(tag: str) -> str | None:
    """Our name for an lxml tag, e.g. ``{http://purl.org/dc/elements/1.1/}Creator`` -> ``dc:creator``.

    None for elements of namespaces that say nothing to us. An unbound prefix counts as what its name suggests.
    """
    if tag[0] == "{":
        namespace, _, local = tag[1:].partition("}")
        prefix = _PREFIXES.get(_bare(namespace))
    else:
        name, _, local = tag.rpartition(":")
        known = name.lower()
        prefix = known if known in _UNBOUND else "" if known in ("", "rss", "rss1", "r") else None
    if prefix is None:
        return None
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def _bare(namespace: str) -> str:
    name = namespace.strip().lower()
    return name.removeprefix("http://").removeprefix("https://").rstrip("/#")
