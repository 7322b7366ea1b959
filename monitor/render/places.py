"""Where things stand in a folder, and under which ids on a page. Made from ids, never from titles, so links last."""

from __future__ import annotations

import hashlib
import re

from monitor.model import Edition

SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_NOT_ANCHOR = re.compile(r"[^A-Za-z0-9._-]+")
_ENDINGS = (".", ".html", ".json", ".atom")


def page_path(edition: Edition) -> str:
    """Where the page of *edition* stands in a folder: ``daily/2026-09-04.html``."""
    return f"{digest_folder(edition.digest_id)}/{page_name(edition.id, edition.digest_id)}"


def page_name(edition_id: str, digest_id: str) -> str:
    """The file of an edition beside those of its digest: ``2026-09-04.html``."""
    return f"{_segment(edition_id.removeprefix(f'{digest_id}/'))}.html"


def dropped_path(edition: Edition) -> str:
    """Where the page of left-out articles stands: ``daily/2026-09-04-dropped.html``."""
    return page_path(edition).removesuffix(".html") + "-dropped.html"


def digest_folder(digest_id: str) -> str:
    """The folder of a digest: its id, or a safe name with a hash where the id would be no good file name."""
    return _segment(digest_id)


def story_name(story_id: str) -> str:
    """The file of a story in the folder ``stories`` of its digest."""
    return f"{_segment(story_id)}.html"


def topic_name(topic_id: str) -> str:
    """The file of a topic in the folder ``topics`` of its digest."""
    return f"{_segment(topic_id)}.html"


def make_anchor(kind: str, opaque_id: str) -> str:
    """A stable HTML id: ``story-<id>``; where *opaque_id* holds other characters than ``A-Za-z0-9._-``, with a hash."""
    plain = _NOT_ANCHOR.sub("-", opaque_id)
    if plain == opaque_id:
        return f"{kind}-{plain}"
    return f"{kind}-{plain.strip('-')[:40]}-{_hash(opaque_id)}"


def _segment(opaque_id: str) -> str:
    """*opaque_id* if it is a plain file name on every system, else a safe one that keeps different ids apart."""
    if SEGMENT.fullmatch(opaque_id) and not opaque_id.endswith(_ENDINGS):
        return opaque_id
    plain = re.sub(r"[^A-Za-z0-9]+", "-", opaque_id).strip("-")[:40] or "digest"
    return f"{plain}-{_hash(opaque_id)}"


def _hash(opaque_id: str) -> str:
    return hashlib.sha256(opaque_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
