"""The archive: one line an edition, as data for other programs and for the index and feed of a shared folder.

Several digests may share one folder. Each writes its lines to ``<digest>/editions.json``, and whoever delivers next
builds the common index and feed from all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from monitor.errors import RenderError
from monitor.model import Edition
from monitor.render import words
from monitor.render.clean import replace_surrogates
from monitor.render.places import SEGMENT, page_path
from monitor.render.view import arrange, count_line, top_fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStory:
    """A headline with its anchor on the page and the address of its first source."""

    headline: str
    anchor: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLine:
    """One edition in the archive; ``page`` is its path in the folder, times are RFC 3339 UTC."""

    id: str
    digest: str
    title: str
    page: str
    top: str
    points: tuple[tuple[str, str], ...]
    counts: str
    to: str
    timezone: str
    stories: tuple[ArchiveStory, ...]

    @property
    def to_at(self) -> datetime:
        """When the edition closed."""
        return datetime.fromisoformat(self.to)

    @property
    def local_at(self) -> datetime:
        """The same on the reader's clocks."""
        return words.local(self.to_at, self.timezone)


def archive_line(edition: Edition) -> ArchiveLine:
    """The archive's line for *edition*."""
    return ArchiveLine(
        id=edition.id,
        digest=edition.digest_id,
        title=edition.title,
        page=page_path(edition),
        top=top_fact(edition),
        points=tuple((line.tag, line.text) for line in edition.bottom_line),
        counts=count_line(edition),
        to=words.rfc3339(edition.to_at),
        timezone=edition.timezone,
        stories=tuple(
            ArchiveStory(headline=story.headline, anchor=story.anchor, url=story.href)
            for story in arrange(edition).stories
        ),
    )


def sort_lines(lines: Iterable[ArchiveLine]) -> tuple[ArchiveLine, ...]:
    """Newest first, each edition once; editions of one moment by id."""
    unique = {line.id: line for line in lines}
    return tuple(sorted(unique.values(), key=lambda line: (line.to_at, line.id), reverse=True))


def dump_lines(lines: Iterable[ArchiveLine]) -> bytes:
    """The lines as JSON, to be read back by ``parse_lines``."""
    document = json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n"
    return replace_surrogates(document).encode()


def parse_lines(body: bytes, *, path: str) -> tuple[ArchiveLine, ...]:
    """What ``dump_lines`` wrote; RenderError naming *path* if it is anything else."""
    try:
        return tuple(_parse_line(record) for record in json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = f"{path} is no archive of ours ({error}); remove it, its digest writes it anew with its next edition"
        raise RenderError(message) from error


def _parse_line(record: dict[str, Any]) -> ArchiveLine:
    stories = tuple(
        ArchiveStory(
            headline=str(story["headline"]),
            anchor=str(story["anchor"]),
            url=None if story["url"] is None else str(story["url"]),
        )
        for story in record["stories"]
    )
    points = tuple((str(tag), str(text)) for tag, text in record["points"])
    plain = {
        field.name: str(record[field.name]) for field in fields(ArchiveLine) if field.name not in ("stories", "points")
    }
    line = ArchiveLine(**plain, stories=stories, points=points)
    if line.local_at.tzinfo is None or not all(SEGMENT.fullmatch(part) for part in line.page.split("/")):
        message = f"impossible line {line.id!r}"
        raise ValueError(message)
    return line
