"""Each slot of a digest leads to one edition or to none, whatever clocks, restarts and other schedulers do."""

import asyncio
from datetime import timedelta

import pytest

from monitor.store import open_store
from tests.jobs.conftest import DAILY, Post, pass_time, settle

pytestmark = pytest.mark.asyncio
HOURLY = "{id: hourly, topics: [chips], schedule: '0 * * * *', timezone: UTC}"


async def test_a_first_start_sends_nothing_for_slots_before_it(post: Post):
    post.clock.set("2026-09-04T09:00")
    caretaker = post.start()
    post.bring_news()
    await settle(caretaker)
    assert post.sent == []
    await pass_time(post, caretaker, timedelta(days=1), step=timedelta(hours=4))
    assert post.sent == ["2026-09-05T07:00"]
    await caretaker.close(patience_s=1)


async def test_a_slot_is_met_once_however_often_the_clock_ticks(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    post.bring_news()
    post.clock.set("2026-09-04T07:00")
    for _ in range(5):
        await settle(caretaker)
        post.bring_news()
    assert post.sent == ["2026-09-04T07:00"]
    assert (post.folder / "site" / "index.html").is_file()
    assert post.rows("SELECT state FROM outbox") == [("sent",)]
    await caretaker.close(patience_s=1)


async def test_a_restart_neither_loses_nor_repeats_a_slot(post: Post):
    for number in range(4):
        caretaker = post.start()
        await settle(caretaker)
        post.bring_news()
        await caretaker.close(patience_s=1)
        post.clock.now += timedelta(hours=24)
        if number == 0:
            post.clock.set("2026-09-05T07:30")
    assert post.sent == ["2026-09-05T07:00", "2026-09-06T07:00", "2026-09-07T07:00"]


async def test_slots_missed_while_asleep_become_one_late_edition(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    post.bring_news()
    post.clock.now += timedelta(days=3)
    caretaker.wake_up()
    await settle(caretaker)
    assert post.sent == ["2026-09-06T07:00"]
    await pass_time(post, caretaker, timedelta(days=1), step=timedelta(hours=4))
    assert post.sent == ["2026-09-06T07:00"]
    assert [slot for _, slot, _ in post.slots] == ["2026-09-03T07:00", "2026-09-06T07:00", "2026-09-07T07:00"]
    await caretaker.close(patience_s=1)


async def test_an_empty_slot_is_remembered_and_its_news_wait_for_the_next(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    post.clock.set("2026-09-04T07:00")
    await settle(caretaker)
    post.bring_news()
    await settle(caretaker)
    assert post.slots[-1] == ("daily", "2026-09-04T07:00", None)
    assert post.sent == []
    await pass_time(post, caretaker, timedelta(days=1), step=timedelta(hours=4))
    assert post.sent == ["2026-09-05T07:00"]
    await caretaker.close(patience_s=1)


async def test_an_empty_edition_goes_out_at_its_slot_if_the_digest_wants_that(post: Post):
    post.configure(DAILY.replace("schedule", "empty: send, schedule"))
    caretaker = post.start()
    await settle(caretaker)
    await pass_time(post, caretaker, timedelta(days=2))
    assert post.sent == ["2026-09-04T07:00", "2026-09-05T07:00"]
    await caretaker.close(patience_s=1)


async def test_a_changed_schedule_begins_with_its_next_slot(post: Post):
    post.clock.set("2026-09-04T07:30")
    caretaker = post.start()
    await settle(caretaker)
    post.bring_news()
    post.configure(DAILY.replace("0 7", "5 7"))
    await settle(caretaker)
    assert post.sent == []
    await pass_time(post, caretaker, timedelta(days=1), step=timedelta(hours=4))
    assert post.sent == ["2026-09-05T07:05"]
    await caretaker.close(patience_s=1)


async def test_two_schedulers_on_one_database_send_each_edition_once(post: Post):
    post.configure(DAILY, HOURLY)
    pair = [post.start(), post.start()]
    for caretaker in pair:
        await settle(caretaker)
    for hour in range(8):
        post.clock.now += timedelta(hours=1)
        post.bring_news()
        await asyncio.gather(*(settle(caretaker) for caretaker in pair))
    assert [slot for digest, slot, edition in post.slots if digest == "hourly" and edition] == [
        f"2026-09-04T{hour:02}:00" for hour in range(6, 14)
    ]
    assert [len(edition.stories) for edition in post.editions("hourly")] == [1] * 8
    for caretaker in pair:
        await caretaker.close(patience_s=1)


@pytest.mark.parametrize(
    "jump",
    [
        *(sign * length for length in (timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)) for sign in (1, -1)),
        timedelta(days=3652), timedelta(days=-20_000),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(hours=5)], ids=["at once", "five hours"])
async def test_a_clock_that_jumps_and_comes_back_loses_and_doubles_no_slot(post: Post, jump: timedelta, lasts):
    caretaker = post.start()
    await settle(caretaker)
    post.bring_news()
    await pass_time(post, caretaker, timedelta(hours=5))
    true = post.clock.now
    post.clock.now += jump
    caretaker.wake_up()
    await settle(caretaker)
    await pass_time(post, caretaker, lasts)
    post.clock.now = true + lasts
    caretaker.wake_up()
    for _ in range(3):
        post.bring_news()
        await pass_time(post, caretaker, timedelta(days=1), step=timedelta(hours=4))
    sent = post.sent
    assert len(set(sent)) == len(sent)
    early = {slot for _, slot, edition in post.slots if edition is None}
    assert {"2026-09-05T07:00", "2026-09-06T07:00", "2026-09-07T07:00"} <= {*sent, *early}
    shown = [sentence.text for edition in post.editions() for story in edition.stories for sentence in story.new]
    assert sorted(shown) == sorted(
        f"Works number {number} will close in May." for number in range(1, post.n_articles + 1)
    )
    await caretaker.close(patience_s=1)


async def test_a_late_slot_waits_for_the_news_of_the_first_fetch(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    await caretaker.close(patience_s=1)
    post.configure(DAILY, feeds="['http://127.0.0.1:9/rss']")
    post.clock.set("2026-09-04T11:00")
    caretaker = post.start()
    await caretaker.tick()
    assert len(post.slots) == 1
    while not caretaker.is_idle:
        await asyncio.sleep(0.001)
    await settle(caretaker)
    assert post.slots[-1] == ("daily", "2026-09-04T07:00", None)
    await caretaker.close(patience_s=1)


async def test_a_slot_waits_while_a_command_works_on_the_database(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    post.bring_news()
    post.clock.set("2026-09-04T07:00")
    other = open_store(post.store)
    with other.lock("work", wait_s=0):
        await settle(caretaker)
        assert post.sent == []
        assert caretaker.next_pause_s() <= 5
    other.close()
    await settle(caretaker)
    assert post.sent == ["2026-09-04T07:00"]
    await caretaker.close(patience_s=1)


async def test_the_next_tick_is_when_the_next_slot_is_met(post: Post):
    caretaker = post.start()
    assert caretaker.next_pause_s() == 30
    post.clock.set("2026-09-04T06:59:48")
    assert caretaker.next_pause_s() == pytest.approx(12, abs=0.1)
    await caretaker.close(patience_s=1)


async def test_what_was_judged_under_a_clock_ahead_is_shown_when_the_clock_is_right(post: Post):
    caretaker = post.start()
    await settle(caretaker)
    true = post.clock.now
    post.clock.now += timedelta(days=100)
    post.bring_news()
    post.clock.now = true
    post.bring_news()
    await pass_time(post, caretaker, timedelta(days=3), step=timedelta(hours=8))
    shown = [sentence.text for edition in post.editions() for story in edition.stories for sentence in story.new]
    assert len(shown) == 2
    await caretaker.close(patience_s=1)
