"""The files of an HTML folder: pages of editions, of what they left out, of stories, of topics; the archive, the feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from monitor.model import Edition
from monitor.render import words
from monitor.render.archive import ArchiveLine, archive_line, dump_lines, parse_lines, sort_lines
from monitor.render.atom import feed_bytes
from monitor.render.dossier import index_stories, render_story, render_topic
from monitor.render.html import render_dropped, render_html
from monitor.render.options import Options, SiteLinks
from monitor.render.places import digest_folder, dropped_path, page_path, story_name, topic_name
from monitor.render.templating import fill

INDEX, FEED, ARCHIVE = "index.html", "digests.atom", "editions.json"
STORIES, TOPICS = "stories", "topics"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """One file of the folder: ``make`` gives its bytes; one that is not ``is_stale`` is fine if it is there already."""

    path: str
    is_stale: bool
    make: Callable[[], bytes]


def plan_site(
    edition: Edition, history: Sequence[Edition], archives: Mapping[str, bytes], *, templates: Path | None = None
) -> tuple[SiteFile, ...]:
    """What a folder must hold once *edition* is in it, in the order to write: pages first, index and feed last.

    *archives* are the ``*/editions.json`` files found in the folder, by path; those of other digests join the index.
    Earlier editions are listed too, to be made where they are missing, so a new or moved folder fills itself.
    """
    editions = sorted({each.id: each for each in (*history, edition)}.values(), key=lambda each: (each.to_at, each.id))
    at = editions.index(edition)
    stale = {each.id for each in editions[max(0, at - 1) : at + 2]}
    pages = frozenset(page_path(each).rpartition("/")[2] for each in editions)
    files = [
        file
        for position in _newest_first(at, len(editions))
        for file in _edition_files(editions, position, stale, pages, templates)
    ]
    files += _dossier_files(edition, editions, templates)
    own = sort_lines(map(archive_line, editions))
    own_path = f"{digest_folder(edition.digest_id)}/{ARCHIVE}"
    others = [line for path, body in archives.items() if path != own_path for line in parse_lines(body, path=path)]
    lines = sort_lines((*others, *own))
    site = SiteLinks(feed=FEED, archive=INDEX)
    return (
        *files,
        SiteFile(path=own_path, is_stale=True, make=partial(dump_lines, own)),
        SiteFile(path=INDEX, is_stale=True, make=partial(render_index, lines, site=site, templates=templates)),
        SiteFile(
            path=FEED, is_stale=True, make=partial(feed_bytes, lines, site=site, has_pages=True, templates=templates)
        ),
    )


def render_index(lines: Sequence[ArchiveLine], *, site: SiteLinks, templates: Path | None = None) -> bytes:
    """The archive page: editions by month, *lines* being newest first."""
    months = [
        (month, tuple(group)) for month, group in groupby(lines, key=lambda line: words.month_name(line.local_at))
    ]
    titles = tuple(dict.fromkeys(line.title for line in lines))
    values: dict[str, object] = {"months": months, "titles": titles, "site": site}
    return fill("digest/index.html", values, templates=templates).encode()


def _newest_first(first: int, length: int) -> list[int]:
    """All positions: *first* foremost, since it is the one a reader waits for, the others from the newest down."""
    return [first, *(at for at in reversed(range(length)) if at != first)]


def _edition_files(
    editions: Sequence[Edition], at: int, stale: set[str], pages: frozenset[str], templates: Path | None
) -> tuple[SiteFile, SiteFile]:
    edition = editions[at]
    near = {
        step: page_path(editions[at + step]).rpartition("/")[2] if 0 <= at + step < len(editions) else None
        for step in (-1, 1)
    }
    site = SiteLinks(
        archive=f"../{INDEX}",
        feed=f"../{FEED}",
        dropped=dropped_path(edition).rpartition("/")[2],
        previous=near[-1],
        next=near[1],
        stories=f"{STORIES}/",
        topics=f"{TOPICS}/",
        editions="",
        pages=pages,
    )
    options = Options(templates=templates, site=site)
    back = Options(
        templates=templates, site=SiteLinks(archive=site.archive, page=page_path(edition).rpartition("/")[2])
    )
    is_stale = edition.id in stale
    return (
        SiteFile(path=dropped_path(edition), is_stale=is_stale, make=partial(render_dropped, edition, back)),
        SiteFile(path=page_path(edition), is_stale=is_stale, make=partial(render_html, edition, options)),
    )


def _dossier_files(edition: Edition, editions: Sequence[Edition], templates: Path | None) -> list[SiteFile]:
    """Pages of stories and topics: those that *edition* tells of anew, the others where they are missing."""
    folder = digest_folder(edition.digest_id)
    site = SiteLinks(
        archive=f"../../{INDEX}", feed=f"../../{FEED}", stories=f"../{STORIES}/", topics=f"../{TOPICS}/", editions="../"
    )
    options = Options(templates=templates, site=site)
    fresh = {*(story.id for story in edition.stories), *(topic.id for topic in edition.topics)}
    topics = dict.fromkeys(topic.id for each in reversed(editions) for topic in each.topics)
    return [
        *(
            SiteFile(
                path=f"{folder}/{STORIES}/{story_name(story_id)}",
                is_stale=story_id in fresh,
                make=partial(render_story, told, options),
            )
            for story_id, told in index_stories(editions).items()
        ),
        *(
            SiteFile(
                path=f"{folder}/{TOPICS}/{topic_name(topic_id)}",
                is_stale=topic_id in fresh,
                make=partial(render_topic, topic_id, editions, options),
            )
            for topic_id in topics
        ),
    ]
