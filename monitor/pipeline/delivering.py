"""Editions into the store, and from its outbox to their channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.errors import DeliveryError
from monitor.model import (
    ChannelAddress,
    Digest,
    EditionRecord,
    OutboxItem,
)
from monitor.ports import Channel, Store
from monitor.stages.compose import Composition

_DELIVERY_WAIT = timedelta(minutes=5)


_DELIVERY_ATTEMPTS = 20


def store_edition(
    digest: Digest, composition: Composition, *, store: Store, to_seq: int, slot: str | None, now: datetime
) -> bool:
    """Store an edition, what it shows and its outbox rows in one transaction; False if it exists already."""
    edition = composition.edition
    record = EditionRecord(edition=edition, to_seq=to_seq, waiting=composition.waiting, slot=slot, created_at=now)
    shown = [sentence for story in edition.stories for sentence in story.new]
    outbox = [OutboxItem(edition_id=edition.id, channel=channel, due_at=now) for channel in digest.channels]
    return store.editions.save_edition(record, shown, outbox)


@dataclass(slots=True)
class DeliveryReport:
    """What a delivery did: channel keys that took their edition, and those that did not, with the reason."""

    sent: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def deliver(open_channel: Callable[[ChannelAddress], Channel], *, store: Store, now: datetime) -> DeliveryReport:
    """Take everything due in the outbox to its channel. A channel that fails is tried again later, others go on."""
    report = DeliveryReport()
    for item in store.editions.load_outbox(now=now):
        record = store.editions.find_edition(item.edition_id)
        if record is None:
            store.editions.mark_failed(item, "its edition is not in the store", retry_at=None)
            report.failed.append((item.channel.key, "its edition is not in the store"))
            continue
        try:
            channel = open_channel(item.channel)
            history = store.editions.load_editions(record.edition.digest_id)
            channel.send(record.edition, history=history, key=item.key)
        except DeliveryError as error:
            is_over = error.permanent or item.n_attempts + 1 >= _DELIVERY_ATTEMPTS
            wait = min(_DELIVERY_WAIT * 2**item.n_attempts, timedelta(hours=4))
            store.editions.mark_failed(item, error.detail, retry_at=None if is_over else now + wait)
            report.failed.append((item.channel.key, error.detail))
            continue
        store.editions.mark_sent(item, now=now)
        report.sent.append(item.channel.key)
    return report
