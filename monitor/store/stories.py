"""Stories and their members; who belongs to a story stands with the articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.model import Story, StoryMember
from monitor.store.database import AnyRow
from monitor.store.dialect import upsert
from monitor.store.feeds import chunks
from monitor.store.schema import articles, stories


def save_story(connection: Connection, story: Story) -> None:
    """Store headline and times; the members are not looked at."""
    values = {
        "id": story.id,
        "headline": story.headline,
        "first_seen_at": story.first_seen_at,
        "last_seen_at": story.last_seen_at,
    }
    connection.execute(upsert(connection, stories, "id"), values)


def load_stories(connection: Connection, *, since: datetime | None) -> tuple[Story, ...]:
    """Stories last seen after *since* with their members (oldest first), newest first."""
    query = select(stories).order_by(stories.c.last_seen_at.desc(), stories.c.id)
    if since is not None:
        query = query.where(stories.c.last_seen_at > since)
    return _with_members(connection, connection.execute(query).all())


def find_story(connection: Connection, story_id: str) -> Story | None:
    """The story with its members."""
    rows = connection.execute(select(stories).where(stories.c.id == story_id)).all()
    return next(iter(_with_members(connection, rows)), None)


def _with_members(connection: Connection, rows: Sequence[AnyRow]) -> tuple[Story, ...]:
    members = _load_members(connection, [row.id for row in rows])
    return tuple(Story(**row._mapping, members=tuple(members.get(row.id, ()))) for row in rows)


def _load_members(connection: Connection, ids: list[str]) -> dict[str, list[StoryMember]]:
    found: dict[str, list[StoryMember]] = {}
    for chunk in chunks(ids):
        query = (
            select(articles)
            .with_only_columns(
                articles.c.story_id,
                articles.c.id,
                articles.c.url,
                articles.c.title,
                articles.c.outlet,
                articles.c.published_at,
                articles.c.language,
                articles.c.role,
            )
            .where(articles.c.story_id.in_(chunk))
            .order_by(articles.c.sort_at, articles.c.row_id)
        )
        for row in connection.execute(query):
            member = StoryMember(
                article_id=row.id,
                url=row.url,
                title=row.title,
                outlet=row.outlet,
                published_at=row.published_at,
                language=row.language,
                role=row.role,
            )
            found.setdefault(row.story_id, []).append(member)
    return found
