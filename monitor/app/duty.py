"""What is due by the clock: slots of digests, and what waits in the outbox. The caller holds the ``work`` lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor import pipeline
from monitor.app.abstracts import write_abstracts
from monitor.app.editions import draft_edition, with_abstracts
from monitor.app.opening import App
from monitor.model import Digest, Edition, OutboxState
from monitor.stages.abstract import Answers
from monitor.stages.slots import Slot, last_slot, next_slot


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSlot:
    """A slot that no edition was made for; older ones that were missed are merged into it."""

    digest: Digest
    slot: Slot


def find_due_slots(app: App) -> tuple[DueSlot, ...]:
    """The newest slot of every digest that is met and not decided.

    A schedule that is seen for the first time, new or changed, starts with its next slot: what it would have sent
    before it was written down is nothing that was missed.
    """
    due = []
    for digest in app.settings.digests:
        if digest.schedule is None:
            continue
        last = last_slot(digest.schedule, digest.timezone, app.now)
        schedule = f"{digest.schedule} {digest.timezone}"
        if app.store.slots.find_schedule(digest.id) != schedule:
            app.store.slots.start_schedule(digest.id, schedule, past=last.name if last else None, now=app.now)
        elif last is not None and app.store.slots.find_slot(digest.id, last.name) is None:
            due.append(DueSlot(digest=digest, slot=last))
    return tuple(due)


def write_lines(app: App, due: DueSlot) -> Answers:
    """What the language model of the configuration, if there is one, says of the edition to come; may take a minute."""
    return write_abstracts(app, draft_edition(app, due.digest).composition.edition)


def publish_slot(app: App, due: DueSlot, lines: Answers | None = None) -> Edition | None:
    """Decide a slot: its edition is stored with its outbox rows, or the slot noted as empty; both at most once.

    Of *lines* those are used whose sentences are still the ones shown.
    """
    draft = draft_edition(app, due.digest)
    draft = draft if lines is None else with_abstracts(draft, lines)
    if draft.is_empty and not due.digest.send_empty:
        app.store.slots.save_empty_slot(due.digest.id, due.slot.name, now=app.now)
        return None
    draft = with_abstracts(draft, write_abstracts(app, draft.composition.edition))
    is_stored = pipeline.store_edition(
        due.digest, draft.composition, store=app.store, to_seq=draft.to_seq, slot=due.slot.name, now=app.now
    )
    return draft.composition.edition if is_stored else None


def find_next_slot(app: App, *, after: datetime) -> datetime | None:
    """When the next slot of any digest is met; None if none has a schedule."""
    found = (next_slot(digest.schedule, digest.timezone, after) for digest in app.settings.digests if digest.schedule)
    return min((slot.at for slot in found if slot is not None), default=None)


def has_deliveries(app: App) -> bool:
    """True if something in the outbox is due, or was under way when a program was stopped."""
    editions = app.store.editions
    is_interrupted = any(item.state is OutboxState.SENDING for item in editions.list_outbox())
    return is_interrupted or bool(editions.load_outbox(now=app.now))
