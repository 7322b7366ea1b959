"""The outbox to its channels: nothing lost, nothing twice but what nobody could know, wherever the program dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress, Digest, Edition, OutboxItem, OutboxState
from monitor.pipeline import DeliveryReport, DeliveryRules
from monitor.ports import Store
from monitor.stages.compose import Composition
from monitor.stages.outbox import MAX_AMBIGUOUS
from monitor.store import open_store
from tests.factories import NOW
from tests.render.editions import sample_edition

ANNA, BERT, SITE = (
    ChannelAddress(kind="email", target="anna@mail.example"),
    ChannelAddress(kind="email", target="bert@mail.example"),
    ChannelAddress(kind="html", target="site"),
)
DAILY = Digest(id="daily", title="Daily", topic_ids=("chips",), channels=(ANNA, BERT, SITE))
HOUR = timedelta(hours=1)


class Died(BaseException):
    """The program is gone, as by kill -9."""


@dataclass
class World:
    """What channels took and how they fail: *failing* maps a channel's key to the errors it raises, in order."""

    accepted: list[str] = field(default_factory=list)
    failing: dict[str, list[DeliveryError]] = field(default_factory=dict)
    die_at: int | None = None
    n_steps: int = 0

    def step(self) -> None:
        """A moment at which the program may die."""
        self.n_steps += 1
        if self.n_steps == self.die_at:
            raise Died

    def open(self, address: ChannelAddress) -> Box:
        return Box(self, address)


@dataclass
class Box:
    world: World
    address: ChannelAddress

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        self.world.step()
        failures = self.world.failing.get(self.address.key, [])
        if failures:
            raise failures.pop(0)
        self.world.accepted.append(key)
        self.world.step()


class DyingEditions:
    """The editions of a store, with a moment to die before and after every write."""

    def __init__(self, store: Store, world: World) -> None:
        self._editions, self._world = store.editions, world

    def __getattr__(self, name: str) -> object:
        return getattr(self._editions, name)

    def save_outbox(self, before: OutboxItem, after: OutboxItem) -> bool:
        self._world.step()
        saved = self._editions.save_outbox(before, after)
        self._world.step()
        return saved


@dataclass
class DyingStore:
    editions: DyingEditions


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield opened
    opened.close()


def publish(store: Store, name: str = "daily/2026-09-04", **how: object) -> None:
    edition = Edition(
        **{one: getattr(sample_edition(), one) for one in Edition.__dataclass_fields__}
        | {"id": name, "digest_id": "daily"}
    )
    pipeline.store_edition(
        DAILY, Composition(edition=edition, waiting=()), store=store, to_seq=0, slot=None, now=NOW, **how,  # type: ignore[arg-type]
    )  # fmt: skip


def deliver(store: object, world: World, now: datetime = NOW, **rules: object) -> DeliveryReport:
    return pipeline.deliver(world.open, store=store, now=now, rules=DeliveryRules(**rules))  # type: ignore[arg-type]


def states(store: Store) -> dict[str, int]:
    return {state.value: n for state, n in store.editions.count_outbox().items() if n}


def settle(store: Store, world: World, now: datetime, **rules: object) -> None:
    """Deliver until nothing waits any more."""
    for _ in range(60):
        deliver(store, world, now, **rules)
        now += HOUR
        if not any(item.state.is_waiting for item in store.editions.list_outbox()):
            return
    pytest.fail("something waits for ever")


def error(channel: ChannelAddress, cause: str, *, permanent: bool = False) -> DeliveryError:
    return DeliveryError(channel.key, f"failed by {cause}", permanent=permanent, cause=cause)


def count_steps() -> int:
    """Moments in a run over three items: before and after two writes and an acceptance each."""
    return 3 * (2 + 2 + 2)


@pytest.mark.parametrize("moment", range(1, count_steps() + 1))
def test_death_at_any_moment_loses_nothing_and_doubles_only_what_nobody_could_know(store, moment):
    publish(store)
    world = World(die_at=moment)
    with pytest.raises(Died):
        deliver(DyingStore(DyingEditions(store, world)), world)
    sending = [item.key for item in store.editions.list_outbox() if item.state is OutboxState.SENDING]
    may_be_double = set(sending) & set(world.accepted)
    settle(store, world, NOW)
    counts = Counter(world.accepted)
    assert set(counts) == {f"daily/2026-09-04|{channel.key}" for channel in DAILY.channels}
    assert {key for key, n in counts.items() if n > 1} == may_be_double
    assert max(counts.values()) <= 2
    assert states(store) == {"sent": 3}
    assert store.editions.count_resends() == len([key for key in sending if "email" in key])


def test_a_run_has_as_many_moments_as_are_tried(store):
    publish(store)
    world = World()
    deliver(DyingStore(DyingEditions(store, world)), world)
    assert world.n_steps == count_steps()


@pytest.mark.parametrize("moment", range(1, count_steps() + 1))
def test_with_at_most_once_no_mail_is_ever_sent_twice_and_what_is_unknown_is_told(store, moment):
    publish(store)
    world = World(die_at=moment)
    with pytest.raises(Died):
        deliver(DyingStore(DyingEditions(store, world)), world)
    settle(store, world, NOW, at_most_once=True)
    mails = Counter(key for key in world.accepted if "email" in key)
    assert set(mails.values()) <= {1}
    unknown = [item for item in store.editions.list_outbox() if item.state is OutboxState.UNKNOWN]
    assert len(mails) + len(unknown) >= 2
    assert len(unknown) <= 1


def test_an_interrupted_mail_waits_ten_minutes_and_an_interrupted_folder_does_not(store):
    publish(store)
    for channel in (ANNA, SITE):
        (item,) = (one for one in store.editions.list_outbox() if one.channel == channel)
        pipeline_item = OutboxItem(edition_id=item.edition_id, channel=channel, state=OutboxState.SENDING, tried_at=NOW)
        store.editions.save_outbox(item, pipeline_item)
    world = World()
    deliver(store, world)
    assert sorted(world.accepted) == [f"daily/2026-09-04|{channel.key}" for channel in (BERT, SITE)]
    deliver(store, world, NOW + timedelta(seconds=599))
    assert len(world.accepted) == 2
    deliver(store, world, NOW + timedelta(seconds=600))
    assert world.accepted[-1] == f"daily/2026-09-04|{ANNA.key}"


def test_when_the_server_fails_for_one_the_others_are_not_tried_on_it(store):
    publish(store)
    world = World(failing={ANNA.key: [error(ANNA, "server")]})
    report = deliver(store, world)
    assert world.accepted == [f"daily/2026-09-04|{SITE.key}"]
    assert [channel for channel, _ in report.failed] == [ANNA.key, BERT.key]
    settle(store, world, NOW + timedelta(minutes=5))
    assert sorted(Counter(world.accepted).values()) == [1, 1, 1]


def test_when_one_recipient_fails_the_others_get_theirs(store):
    publish(store)
    world = World(failing={ANNA.key: [error(ANNA, "recipient")]})
    deliver(store, world)
    assert len(world.accepted) == 2


def test_a_recipient_that_is_refused_three_times_is_off_until_its_owner_says_so(store):
    publish(store)
    world = World(failing={ANNA.key: [error(ANNA, "recipient", permanent=True) for _ in range(3)]})
    settle(store, world, NOW)
    assert states(store) == {"sent": 2, "held": 1}
    publish(store, "daily/2026-09-05")
    report = deliver(store, world, NOW + 24 * HOUR)
    assert report.held == [(ANNA.key, "failed by recipient")]
    assert states(store) == {"sent": 4, "held": 2}
    assert pipeline.retry_deliveries(store, now=NOW + 25 * HOUR) == 2
    deliver(store, world, NOW + 25 * HOUR)
    assert states(store) == {"sent": 6}


def test_a_server_that_takes_mail_and_never_says_so_gets_three_copies_and_the_owner_is_told(store):
    publish(store)
    world = World(failing={ANNA.key: [error(ANNA, "ambiguous") for _ in range(9)]})
    settle(store, world, NOW)
    assert 9 - len(world.failing[ANNA.key]) == MAX_AMBIGUOUS
    assert states(store) == {"sent": 2, "unknown": 1}
    assert store.editions.count_resends() == MAX_AMBIGUOUS - 1


def test_who_is_taken_out_of_the_configuration_gets_nothing_that_still_waits(store):
    publish(store)
    world = World()
    deliver(store, world, wants=lambda digest, channel: channel.key != ANNA.key)
    assert [key for key in world.accepted if "anna" in key] == []
    assert states(store) == {"sent": 2, "dropped": 1}


def test_a_channel_named_by_hand_need_not_be_in_the_configuration(store):
    other = ChannelAddress(kind="email", target="other@mail.example")
    publish(store, only=other)
    world = World()
    deliver(store, world, wants=lambda digest, channel: False)
    assert world.accepted == [f"daily/2026-09-04|{other.key}"]


def test_waits_are_counted_from_when_an_attempt_failed_and_not_from_when_the_run_began(store):
    publish(store)
    world = World(failing={ANNA.key: [error(ANNA, "recipient")]})
    clock: Callable[[], datetime] = lambda: NOW + HOUR
    pipeline.deliver(world.open, store=store, now=NOW, clock=clock)
    assert store.editions.list_outbox()[0].due_at == NOW + HOUR + timedelta(minutes=5)
