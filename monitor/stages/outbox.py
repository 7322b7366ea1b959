"""What becomes of an item of the outbox: after success, failure, silence, a crash, or its owner's wish.

Mail cannot be sent exactly once: between the final dot and the answer nobody can know (RFC 5321, 4.5.3.2.6). So a
failure before the dot is tried again, silence after it is named ``ambiguous`` and sent again under the same Message-ID,
and who would rather miss an edition than get it twice sets ``at_most_once``. The waits are those of mail queues: RFC
5321, 4.5.4.1 asks for at least 30 minutes on the whole and 4 to 5 days in all; the first ones are shorter, since an
edition is news and a server that greylists (RFC 6647) takes it after some minutes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model import OutboxItem, OutboxState

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
AMBIGUOUS_WAIT = timedelta(seconds=600)
"""As long as a server may take for its answer after the dot: until then it may still be at work on the first copy."""

MAX_REFUSALS = 3
"""A mailbox that is refused three times within some minutes does not come back by itself."""

MAX_AMBIGUOUS = 3
"""A server that takes mail and never says so would get a copy every four hours for five days."""


def begin_attempt(item: OutboxItem, now: datetime) -> OutboxItem:
    """*item* as it is to be stored before anything is opened."""
    is_resend = item.state is OutboxState.AMBIGUOUS
    return replace(
        item,
        state=OutboxState.SENDING,
        n_attempts=item.n_attempts + 1,
        n_resends=item.n_resends + is_resend,
        since_at=item.since_at or now,
        tried_at=now,
    )


def after_success(item: OutboxItem, now: datetime) -> OutboxItem:
    """*item*, which the channel has taken."""
    return replace(item, state=OutboxState.SENT, sent_at=now, due_at=None, cause=None, detail=None, n_refusals=0)


def after_failure(item: OutboxItem, error: DeliveryError, now: datetime, *, at_most_once: bool) -> OutboxItem:
    """*item* after an attempt that ended in *error* at *now*."""
    told = replace(item, cause=error.cause, detail=error.detail, due_at=None)
    if error.cause == "ambiguous":
        return _after_silence(told, now, at_most_once=at_most_once)
    if error.cause == "recipient" and error.permanent:
        n_refusals = item.n_refusals + 1
        told = replace(told, n_refusals=n_refusals)
        return replace(told, state=OutboxState.HELD) if n_refusals >= MAX_REFUSALS else _again(told, now)
    return replace(told, state=OutboxState.HELD) if error.permanent else _again(told, now)


def after_interruption(item: OutboxItem, now: datetime, *, is_repeatable: bool, at_most_once: bool) -> OutboxItem:
    """*item*, found ``sending`` although nobody sends it: the program died in the attempt.

    *is_repeatable* says that a repeat on this channel is not seen, so nothing need be waited for.
    """
    if is_repeatable:
        return replace(item, state=OutboxState.READY, due_at=None)
    told = replace(item, cause="ambiguous", detail="the program was stopped while it sent this")
    return _after_silence(told, item.tried_at or now, at_most_once=at_most_once)


def hold_back(item: OutboxItem, error: DeliveryError, now: datetime) -> OutboxItem:
    """*item*, not tried since the server has just failed for another one: as if it had failed for it too.

    An earlier attempt that nobody knows the end of stays ``ambiguous``.
    """
    if item.state is OutboxState.AMBIGUOUS:
        return replace(item, due_at=now + AMBIGUOUS_WAIT)
    told = replace(item, n_attempts=item.n_attempts + 1, cause=error.cause, detail=error.detail, due_at=None)
    return replace(told, state=OutboxState.HELD) if error.permanent else _again(told, now)


def switch_off(item: OutboxItem, held: OutboxItem) -> OutboxItem:
    """*item*, whose recipient was refused too often when *held* was sent."""
    return replace(item, state=OutboxState.HELD, due_at=None, cause="recipient", detail=held.detail)


def drop(item: OutboxItem) -> OutboxItem:
    """*item*, whose channel is no longer wanted."""
    detail = "its channel is no longer in the configuration"
    return replace(item, state=OutboxState.DROPPED, due_at=None, cause=None, detail=detail)


def try_again(item: OutboxItem, now: datetime) -> OutboxItem:
    """*item* as its owner wants it: due now, with all its time and tries before it.

    What may have arrived minutes ago keeps its time: a second copy is not what the owner asks for.
    """
    if item.state in (OutboxState.AMBIGUOUS, OutboxState.SENDING, OutboxState.SENT, OutboxState.DROPPED):
        return item
    return replace(
        item, state=OutboxState.READY, due_at=now, since_at=now, n_refusals=0,
        n_resends=item.n_resends + (item.state is OutboxState.UNKNOWN),
    )  # fmt: skip


def is_switched_off(item: OutboxItem) -> bool:
    """True for an item that shows that its recipient was refused too often."""
    return item.state is OutboxState.HELD and item.cause == "recipient"


def _after_silence(item: OutboxItem, since: datetime, *, at_most_once: bool) -> OutboxItem:
    n_ambiguous = item.n_ambiguous + 1
    if at_most_once or n_ambiguous >= MAX_AMBIGUOUS:
        return replace(item, state=OutboxState.UNKNOWN, n_ambiguous=n_ambiguous, due_at=None)
    return replace(item, state=OutboxState.AMBIGUOUS, n_ambiguous=n_ambiguous, due_at=since + AMBIGUOUS_WAIT)


def _again(item: OutboxItem, now: datetime) -> OutboxItem:
    """Later, or never if five days are over."""
    if now - (item.since_at or now) >= GIVE_UP_AFTER:
        return replace(item, state=OutboxState.DEAD)
    # The exponent is bounded: a timedelta times 2**40 overflows.
    wait = min(FIRST_WAIT * 2 ** min(item.n_attempts - 1, 10), LONGEST_WAIT) if item.n_attempts else FIRST_WAIT
    return replace(item, state=OutboxState.READY, due_at=now + wait)
