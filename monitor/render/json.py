"""One edition as the JSON object that ``digest --json`` promises to scripts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from monitor.model import Dropped, Edition, FeedTrouble, KnownFrom, ShownSentence, StoryItem, StoryMember, TopicSection
from monitor.render.clean import replace_surrogates
from monitor.render.options import Options
from monitor.render.view import top_fact
from monitor.render.words import rfc3339


def render_json(edition: Edition, options: Options) -> bytes:
    """*edition* as one indented JSON object, UTF-8, ending in a line break.

    Texts are verbatim: nothing is escaped or cleaned but lone surrogates, which UTF-8 cannot carry (U+FFFD).
    """
    document = json.dumps(edition_object(edition), ensure_ascii=False, indent=2)
    return replace_surrogates(document + "\n").encode()


def edition_object(edition: Edition) -> dict[str, Any]:
    """The object itself: the keys of the contract, and beyond them what a program may want to show."""
    return {
        "id": edition.id,
        "digest": edition.digest_id,
        "title": edition.title,
        "top_fact": top_fact(edition),
        "from": rfc3339(edition.from_at),
        "to": rfc3339(edition.to_at),
        "timezone": edition.timezone,
        "reading_minutes": edition.reading_minutes,
        "n_words": edition.n_words,
        "bottom_line": [{"tag": line.tag, "text": line.text, "story": line.story_id} for line in edition.bottom_line],
        "topics": [_topic(topic) for topic in edition.topics],
        "ledger": {
            "fetched": edition.ledger.fetched,
            "shown": edition.ledger.shown,
            "waiting": edition.ledger.waiting,
            "duplicate": edition.ledger.duplicate,
            "known": edition.ledger.known,
            "off_topic": edition.ledger.off_topic,
            "failed": edition.ledger.failed,
            "no_room": edition.ledger.no_room,
            "feeds_failing": edition.ledger.feeds_failing,
        },
        "dropped": [_dropped(item) for item in edition.dropped],
        "troubles": [_trouble(trouble) for trouble in edition.troubles],
        "language": edition.language,
        "remarks": list(edition.remarks),
    }


def _topic(topic: TopicSection) -> dict[str, Any]:
    return {
        "id": topic.id,
        "title": topic.title,
        "stories": [_story(story) for story in topic.stories],
        "trend": [{"day": day.day, "articles": day.n_articles, "facts": day.n_facts} for day in topic.trend],
    }


def _story(story: StoryItem) -> dict[str, Any]:
    return {
        "id": story.id,
        "headline": story.headline,
        "headline_of": story.headline_of,
        "abstract": {"text": story.abstract.text, "cites": list(story.abstract.cites)} if story.abstract else None,
        "status": "update" if story.is_update else "new",
        "first_seen": rfc3339(story.first_seen_at),
        "outlets": story.n_outlets,
        "independent": story.n_independent,
        "languages": list(story.languages),
        "brief": story.is_brief,
        "official": story.is_official,
        "documents": list(story.documents),
        "new": [_sentence(sentence) for sentence in story.new],
        "more": story.n_more,
        "known": [{"text": known.text, "source": _source(known)} for known in story.known],
        "changed": [
            {
                "what": change.what,
                "context": change.context,
                "old": change.old,
                "new": change.new,
                "old_source": _source(change.old_source),
                "new_source": _source(change.new_source),
            }
            for change in story.changed
        ],
        "articles": [_member(member) for member in story.articles],
    }


def _sentence(sentence: ShownSentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "article": sentence.url,
        "article_id": sentence.article_id,
        "outlet": sentence.outlet,
        "language": sentence.language,
    }


def _source(known: KnownFrom) -> dict[str, Any]:
    return {"kind": known.kind, "id": known.id, "title": known.title, "url": known.url, "text": known.text}


def _member(member: StoryMember) -> dict[str, Any]:
    return {
        "id": member.article_id,
        "url": member.url,
        "title": member.title,
        "outlet": member.outlet,
        "published": _time(member.published_at),
        "language": member.language,
        "role": member.role.value,
    }


def _dropped(item: Dropped) -> dict[str, Any]:
    return {
        "id": item.article_id,
        "url": item.url,
        "title": item.title,
        "outlet": item.outlet,
        "outcome": item.outcome.value,
        "reason": item.reason,
        "of": None if item.of_title is None and item.of_url is None else {"title": item.of_title, "url": item.of_url},
    }


def _trouble(trouble: FeedTrouble) -> dict[str, Any]:
    return {
        "feed": trouble.url,
        "title": trouble.title,
        "error": trouble.error,
        "detail": trouble.detail,
        "since": _time(trouble.since),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
