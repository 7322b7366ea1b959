"""Editions into the store, and from its outbox to their channels.

An attempt is stored before anything is opened and again after the channel has answered, each in a transaction of its
own. Killed in between, the item is found ``sending`` by the next run, which holds the same lock: then nobody else sends
it. What to do next is decided in ``stages.outbox``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from monitor.errors import DeliveryError
from monitor.model import ChannelAddress, Digest, EditionRecord, OutboxItem, OutboxState
from monitor.ports import Channel, Store
from monitor.stages import outbox as decide
from monitor.stages.compose import Composition

_SHARED = "email"
"""Channels of this kind go through one server: when it fails for one of them, it fails for all."""

_REPEATABLE = frozenset({"html"})
"""Channels where a repeat is not seen. A repeat on any other reaches its reader twice."""


def store_edition(
    digest: Digest,
    composition: Composition,
    *,
    store: Store,
    to_seq: int,
    slot: str | None,
    now: datetime,
    only: ChannelAddress | None = None,
) -> bool:
    """Store an edition, what it shows and its outbox rows in one transaction; False if it exists already.

    *only* is a channel named by hand, to be used in the place of those of the digest.
    """
    edition = composition.edition
    record = EditionRecord(edition=edition, to_seq=to_seq, waiting=composition.waiting, slot=slot, created_at=now)
    shown = [sentence for story in edition.stories for sentence in story.new]
    channels = digest.channels if only is None else (only,)
    items = [
        OutboxItem(edition_id=edition.id, channel=channel, since_at=now, due_at=now, is_by_hand=only is not None)
        for channel in channels
    ]
    return store.editions.save_edition(record, shown, items)


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery did: channel keys that took their edition, and those that did not, with the reason.

    ``held`` are those among the failed that are not tried again by themselves.
    """

    sent: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRules:
    """*wants* tells whether a digest (by id) still goes to a channel; *at_most_once* that nothing may arrive twice."""

    wants: Callable[[str, ChannelAddress], bool] = lambda _digest_id, _channel: True
    at_most_once: bool = False


def deliver(
    open_channel: Callable[[ChannelAddress], Channel],
    *,
    store: Store,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
    rules: DeliveryRules | None = None,
) -> DeliveryReport:
    """Take everything due in the outbox to its channel. A channel that fails is tried again later, others go on.

    Nobody else may deliver from this store meanwhile. *now* decides what is due; *clock* tells when an attempt has
    failed, since one may take minutes.
    """
    return _Delivery(open_channel, store, now, clock or (lambda: now), rules or DeliveryRules()).run()


class _Delivery:
    """One run over the outbox."""

    def __init__(
        self,
        open_channel: Callable[[ChannelAddress], Channel],
        store: Store,
        now: datetime,
        clock: Callable[[], datetime],
        rules: DeliveryRules,
    ) -> None:
        self._open_channel = open_channel
        self._store = store
        self._now = now
        self._clock = clock
        self._rules = rules
        self._report = DeliveryReport()
        self._server_error: DeliveryError | None = None
        self._off: dict[str, OutboxItem] = {}

    def run(self) -> DeliveryReport:
        open_items = self._store.editions.list_outbox()
        for item in open_items:
            if item.state is OutboxState.SENDING:
                self._recover(item)
        self._off = {item.channel.key: item for item in open_items if decide.is_switched_off(item)}
        for item in self._store.editions.load_outbox(now=self._now):
            record = self._store.editions.find_edition(item.edition_id)
            if record is None:
                error = DeliveryError(item.channel.key, "its edition is not in the store", permanent=True)
                self._settle(item, decide.after_failure(item, error, self._now, at_most_once=False))
            elif not item.is_by_hand and not self._rules.wants(record.edition.digest_id, item.channel):
                self._store.editions.save_outbox(item, decide.drop(item))
            elif item.channel.key in self._off:
                self._settle(item, decide.switch_off(item, self._off[item.channel.key]))
            elif self._server_error is not None and item.channel.kind == _SHARED:
                self._settle(item, decide.hold_back(item, self._server_error, self._clock()))
            else:
                self._attempt(item, record)
        return self._report

    def _recover(self, item: OutboxItem) -> None:
        after = decide.after_interruption(
            item,
            self._now,
            is_repeatable=item.channel.kind in _REPEATABLE,
            at_most_once=self._forbids_repeats(item),
        )
        self._store.editions.save_outbox(item, after)
        if after.state.needs_owner:
            self._tell(after)

    def _attempt(self, item: OutboxItem, record: EditionRecord) -> None:
        begun = decide.begin_attempt(item, self._now)
        if not self._store.editions.save_outbox(item, begun):
            return
        try:
            channel = self._open_channel(item.channel)
            history = self._store.editions.load_editions(record.edition.digest_id)
            channel.send(record.edition, history=history, key=item.key)
        except DeliveryError as error:
            if error.cause == "server":
                self._server_error = error
            at_most_once = self._forbids_repeats(item)
            self._settle(begun, decide.after_failure(begun, error, self._clock(), at_most_once=at_most_once))
            return
        self._store.editions.save_outbox(begun, decide.after_success(begun, self._now))
        self._report.sent.append(item.channel.key)

    def _forbids_repeats(self, item: OutboxItem) -> bool:
        return self._rules.at_most_once and item.channel.kind == _SHARED

    def _settle(self, before: OutboxItem, after: OutboxItem) -> None:
        self._store.editions.save_outbox(before, after)
        if decide.is_switched_off(after):
            self._off[after.channel.key] = after
        self._tell(after)

    def _tell(self, item: OutboxItem) -> None:
        told = (item.channel.key, item.detail or item.state.value)
        self._report.failed.append(told)
        if item.state.needs_owner:
            self._report.held.append(told)


def retry_deliveries(store: Store, *, now: datetime) -> int:
    """Make everything due that waits for its time or for its owner; how many items that were."""
    n_changed = 0
    for item in store.editions.list_outbox():
        after = decide.try_again(item, now)
        n_changed += after != item and store.editions.save_outbox(item, after)
    return n_changed
