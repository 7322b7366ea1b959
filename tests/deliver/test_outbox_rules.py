"""What becomes of an item of the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import DeliveryError
from monitor.model import ChannelAddress, OutboxItem, OutboxState
from monitor.stages.outbox import (
    AMBIGUOUS_WAIT,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    MAX_AMBIGUOUS,
    after_failure,
    after_interruption,
    after_success,
    begin_attempt,
    hold_back,
    is_switched_off,
    try_again,
)
from tests.factories import NOW

ITEM = OutboxItem(
    edition_id="daily/2026-09-04", channel=ChannelAddress(kind="email", target="a@mail.example"), since_at=NOW
)


def error(cause: str = "server", *, permanent: bool = False) -> DeliveryError:
    return DeliveryError(ITEM.channel.key, f"failed by {cause}", permanent=permanent, cause=cause)


def fail(item: OutboxItem, what: DeliveryError, now=NOW, *, at_most_once: bool = False) -> OutboxItem:
    return after_failure(begin_attempt(item, now), what, now, at_most_once=at_most_once)


def test_waits_double_from_five_minutes_to_four_hours():
    item, waits = ITEM, []
    for _ in range(9):
        item = fail(item, error())
        waits.append((item.due_at - NOW) / timedelta(minutes=1))
    assert waits == [5, 10, 20, 40, 80, 160, 240, 240, 240]


def test_after_five_days_it_is_given_up_with_the_last_reason():
    item = fail(ITEM, error(), NOW + GIVE_UP_AFTER - timedelta(seconds=1))
    assert item.state is OutboxState.READY
    item = fail(item, error(), NOW + GIVE_UP_AFTER)
    assert (item.state, item.due_at, item.detail) == (OutboxState.DEAD, None, "failed by server")


def test_a_refusal_for_good_is_held_at_once():
    assert fail(ITEM, error("message", permanent=True)).state is OutboxState.HELD


def test_a_recipient_that_is_refused_is_asked_twice_more_and_then_switched_off():
    item, states = ITEM, []
    for _ in range(3):
        item = fail(item, error("recipient", permanent=True))
        states.append(item.state.value)
    assert states == ["ready", "ready", "held"]
    assert is_switched_off(item)


def test_a_recipient_that_is_put_off_is_never_switched_off():
    item = ITEM
    for _ in range(10):
        item = fail(item, error("recipient"))
    assert item.state is OutboxState.READY


def test_what_may_have_arrived_waits_ten_minutes_and_is_counted_when_it_is_sent_again():
    item = fail(ITEM, error("ambiguous"))
    assert (item.state, item.due_at, item.n_resends) == (OutboxState.AMBIGUOUS, NOW + AMBIGUOUS_WAIT, 0)
    again = after_success(begin_attempt(item, NOW + AMBIGUOUS_WAIT), NOW + AMBIGUOUS_WAIT)
    assert (again.state, again.n_resends, again.n_ambiguous) == (OutboxState.SENT, 1, 1)


def test_a_server_that_never_answers_gets_three_copies_at_most():
    item, n_sent = ITEM, 0
    while item.state is not OutboxState.UNKNOWN:
        item, n_sent = fail(item, error("ambiguous")), n_sent + 1
    assert n_sent == MAX_AMBIGUOUS == 3


def test_at_most_once_never_repeats_what_may_have_arrived():
    assert fail(ITEM, error("ambiguous"), at_most_once=True).state is OutboxState.UNKNOWN
    begun = begin_attempt(ITEM, NOW)
    found = after_interruption(begun, NOW, is_repeatable=False, at_most_once=True)
    assert (found.state, found.due_at) == (OutboxState.UNKNOWN, None)


def test_an_attempt_in_which_the_program_died_may_have_arrived():
    later = NOW + timedelta(hours=1)
    item = after_interruption(begin_attempt(ITEM, NOW), later, is_repeatable=False, at_most_once=False)
    assert (item.state, item.due_at, item.cause) == (OutboxState.AMBIGUOUS, NOW + AMBIGUOUS_WAIT, "ambiguous")


def test_a_repeat_that_nobody_sees_waits_for_nothing():
    item = after_interruption(begin_attempt(ITEM, NOW), NOW, is_repeatable=True, at_most_once=True)
    assert (item.state, item.due_at) == (OutboxState.READY, None)


def test_the_owner_starts_the_clock_and_the_count_anew():
    held = replace(ITEM, state=OutboxState.HELD, n_refusals=3, cause="recipient", since_at=NOW - GIVE_UP_AFTER)
    again = try_again(held, NOW)
    assert (again.state, again.due_at, again.since_at, again.n_refusals) == (OutboxState.READY, NOW, NOW, 0)
    assert fail(again, error()).state is OutboxState.READY


def test_the_owner_does_not_shorten_the_wait_for_what_may_have_arrived():
    item = fail(ITEM, error("ambiguous"))
    assert try_again(item, NOW) == item


def test_what_the_owner_sends_again_although_it_may_have_arrived_counts_as_sent_again():
    unknown = fail(ITEM, error("ambiguous"), at_most_once=True)
    assert try_again(unknown, NOW).n_resends == 1


def test_others_wait_as_long_as_the_one_for_whom_the_server_failed():
    item = fail(ITEM, error("server"))
    other = hold_back(ITEM, error("server"), NOW)
    assert (other.state, other.due_at, other.detail) == (item.state, item.due_at, item.detail)
    assert hold_back(ITEM, error("server", permanent=True), NOW).state is OutboxState.HELD


def test_an_ambiguous_item_stays_one_while_the_server_is_down():
    item = fail(ITEM, error("ambiguous"))
    assert hold_back(item, error("server", permanent=True), NOW).state is OutboxState.AMBIGUOUS


_ERRORS = st.builds(
    error, st.sampled_from(["server", "recipient", "message", "channel", "ambiguous"]), permanent=st.booleans()
)


@given(st.lists(st.one_of(st.none(), _ERRORS), min_size=1, max_size=60), st.booleans())
def test_whatever_happens_an_item_waits_with_a_time_or_needs_its_owner_or_is_sent(happenings, at_most_once):
    item, now, n_maybe = ITEM, NOW, 0
    for what in happenings:
        begun = begin_attempt(item, now)
        assert begun.n_attempts == item.n_attempts + 1
        if what is None:
            item = after_interruption(begun, now, is_repeatable=False, at_most_once=at_most_once)
        else:
            item = after_failure(begun, what, now, at_most_once=at_most_once)
        n_maybe += what is None or what.cause == "ambiguous"
        assert item.state.is_waiting != item.state.needs_owner
        assert (item.due_at is not None) == item.state.is_waiting
        assert n_maybe <= (1 if at_most_once else MAX_AMBIGUOUS)
        if item.state.needs_owner:
            break
        assert now < item.due_at <= now + LONGEST_WAIT
        now = item.due_at
    assert item.n_resends <= n_maybe
