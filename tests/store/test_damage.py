"""What happens to readers of a damaged file: content or a StoreError that names the backup, nothing else."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import Arrival, Article, ArticleKeys, Entry, FeedState, JudgedArticle, Outcome, Story, Verdict
from monitor.store import open_store

NOW = datetime(2026, 9, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small database."""
    path = tmp_path_factory.mktemp("whole") / "a.db"
    store = open_store(f"sqlite:///{path}")
    arrivals = [
        Arrival(entry=Entry(url=None, title=f"{n}"), key=f"{n}", link_key=None, text_hash="") for n in range(40)
    ]
    store.feeds.save_poll(FeedState(url="https://news.example/rss", last_ok_at=NOW), arrivals, now=NOW)
    for number in range(20):
        article = Article(
            id=f"a{number}",
            url=None,
            canonical_url=None,
            title=None,
            standfirst=None,
            sentences=(f"Sentence {number}.",) * 20,
            starts=(False,) * 20,
            outlet=None,
            language=None,
        )
        verdict = Verdict(outcome=Outcome.NEW, story_id="s")
        story = Story(id="s", headline="S", first_seen_at=NOW, last_seen_at=NOW)
        judged = JudgedArticle(article=article, verdict=verdict, judged_at=NOW)
        no_keys = ArticleKeys(url_key=None, text_hash=None)
        store.articles.save_judged(judged, no_keys, entry_seq=None, story=story, search_terms=["chip"])
    store.close()
    return path.read_bytes()


def read_everything(path: Path) -> str | None:
    """The refusal that a reader of everything gets, None if there was none."""
    try:
        store = open_store(f"sqlite:///{path}")
    except StoreError as error:
        return str(error)
    try:
        store.feeds.load_states()
        store.feeds.load_pending(limit=99, now=NOW)
        list(store.articles.iter_known())
        store.articles.load_stories()
        store.articles.search(["chip"], limit=99)
        store.articles.count_outcomes()
    except StoreError as error:
        return str(error)
    finally:
        store.close()
    return None


def flip(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(20):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(1, len(content))]


def blank(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) - 4096)
    return content[:start] + bytes(4096) + content[start + 4096 :]


@pytest.mark.parametrize("damage", [flip, cut, blank])
def test_no_damage_gives_another_exception(
    damage: Callable[[bytes, random.Random], bytes], whole: bytes, tmp_path: Path
) -> None:
    rng = random.Random(damage.__name__)  # noqa: S311 - damage that can be repeated
    n_refused = 0
    for number in range(60):
        path = tmp_path / f"{number}.db"
        path.write_bytes(damage(whole, rng))
        answer = read_everything(path)
        n_refused += answer is not None
        assert answer is None or "backup" in answer or "tables that the monitor did not make" in answer
    assert n_refused > 20
