"""A daily and a weekly digest over the same topic: each goes by its own editions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import App, draft_edition, find_digest, find_edition, open_app, send_edition
from monitor.config import load_settings
from monitor.errors import UsageError
from monitor.model import ArticleKeys, Edition, Role
from monitor.stages.period import first_period
from tests.factories import judged, story_of

SUNDAY = datetime(2026, 9, 6, 18, tzinfo=UTC)
CONFIG = """\
topics: [{id: all, title: Everything, learn: false, threshold: 0}]
digests:
  - {id: daily, title: Daily, schedule: "0 18 * * *", deliver: [{html: site/}]}
  - {id: weekly, title: Weekly, schedule: "0 18 * * 0", deliver: [{html: site/}]}
store: sqlite:///monitor.db
"""
NEWS = (
    "The storm tore the roof from the grain hall in Ellmouth harbour.",
    "Engineers reopened the coastal railway after replacing forty sleepers.",
    "Nineteen fishing boats sank at their moorings before midnight.",
    "A court in Corran fined the ferry company over its safety drills.",
    "The museum bought a painting of the lighthouse for two million crowns.",
    "Farmers lost the barley harvest when hail fell for an hour.",
    "Divers found the wreck of a trawler missing since the winter.",
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    path = tmp_path / "feeds.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    with open_app(load_settings(path, env={}), now=SUNDAY) as opened:
        yield opened


def on(app: App, day: int) -> App:
    """The same, *day* days after the first Sunday."""
    return replace(app, now=SUNDAY + timedelta(days=day))


def bring(app: App, number: int) -> None:
    one = judged(number, NEWS[number], topics=("all",), at=app.now)
    keys = ArticleKeys(url_key=None, text_hash=None)
    app.store.articles.save_judged(
        one, keys, entry_seq=None, story=story_of(one, first_seen_at=app.now), role=Role.LEAD
    )


def send(app: App, digest: str) -> Edition | None:
    return send_edition(app, draft_edition(app, find_digest(app, digest)))[0]


def told(edition: Edition | None) -> list[str]:
    return sorted(sentence.text for story in edition.stories for sentence in story.new) if edition else []


def test_a_weekly_digest_tells_the_whole_week_that_the_daily_one_has_told(app):
    for day in range(1, 5):
        bring(on(app, day), day)
        assert told(send(on(app, day), "daily")) == [NEWS[day]]
    weekly = send(on(app, 7), "weekly")
    assert told(weekly) == sorted(NEWS[1:5])
    assert not any(story.is_update for story in weekly.stories)
    assert send(on(app, 7), "daily") is None


def test_neither_digest_tells_anything_twice(app):
    bring(on(app, 1), 1)
    send(on(app, 1), "daily")
    send(on(app, 7), "weekly")
    bring(on(app, 8), 2)
    assert told(send(on(app, 8), "daily")) == [NEWS[2]]
    assert told(send(on(app, 14), "weekly")) == [NEWS[2]]


def test_the_first_weekly_edition_begins_a_week_ago(app):
    bring(on(app, -6), 1)
    bring(on(app, -8), 2)
    edition = draft_edition(app, find_digest(app, "weekly")).composition.edition
    assert edition.from_at == SUNDAY - timedelta(days=7)
    assert told(edition) == [NEWS[1]]


@pytest.mark.parametrize(
    ("schedule", "days"), [("0 7 * * *", 1), ("0 7 * * 1", 7), ("0 7 1 * *", 31), ("*/5 * * * *", 1), (None, 1)]
)
def test_the_first_period_is_one_turn_of_the_schedule(schedule, days):
    assert first_period(schedule, "UTC", SUNDAY) == timedelta(days=days)


def test_a_change_of_the_clocks_does_not_lengthen_a_day(app):
    assert first_period("0 7 * * *", "Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC)) == timedelta(days=1)


def test_an_old_edition_is_found_by_its_id_or_its_day(app):
    bring(on(app, 1), 1)
    stored = send(on(app, 1), "daily")
    bring(on(app, 2), 2)
    send(on(app, 2), "daily")
    assert find_edition(app, "daily/2026-09-07") == stored
    assert find_edition(app, "2026-09-07", digest="daily") == stored


def test_an_edition_that_is_not_stored_is_answered_with_the_newest(app):
    bring(on(app, 1), 1)
    send(on(app, 1), "daily")
    with pytest.raises(UsageError, match="the newest is daily/2026-09-07"):
        find_edition(app, "daily/2026-01-01")
