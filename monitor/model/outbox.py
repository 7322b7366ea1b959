"""The outbox: editions on their way to their channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.wishes import ChannelAddress


class OutboxState(StrEnum):
    """How far an edition is on its way to one channel.

    ``ready`` waits for its time; ``sending`` has an attempt under way, or the program died in one; ``ambiguous`` was
    handed over without an answer and is sent again later; ``sent``; ``held`` was refused for good and waits for its
    owner; ``unknown`` may have arrived and is not sent again unless the owner says so; ``dead`` was given up after
    days; ``dropped`` goes to a channel that is no longer in the configuration.
    """

    READY = "ready"
    SENDING = "sending"
    AMBIGUOUS = "ambiguous"
    SENT = "sent"
    HELD = "held"
    UNKNOWN = "unknown"
    DEAD = "dead"
    DROPPED = "dropped"

    @property
    def is_waiting(self) -> bool:
        """True if the program goes on by itself."""
        return self in (OutboxState.READY, OutboxState.SENDING, OutboxState.AMBIGUOUS)

    @property
    def needs_owner(self) -> bool:
        """True if nothing more happens until somebody acts."""
        return self in (OutboxState.HELD, OutboxState.UNKNOWN, OutboxState.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """One edition on its way to one channel; ``key`` (edition and channel) makes a repeat harmless.

    ``n_attempts`` counts attempts begun, ``n_refusals`` those that ended with the recipient refused,
    ``n_ambiguous`` those that ended without anybody knowing, ``n_resends`` those that repeated such a one.
    ``since_at`` is when the waiting began, ``due_at`` when to try (None: at once), ``tried_at`` the last attempt.
    ``cause`` and ``detail`` tell why it is not sent: see ``DeliveryError``. ``is_by_hand`` marks a channel that was
    named on the command line and need not be in the configuration.
    """

    edition_id: str
    channel: ChannelAddress
    state: OutboxState = OutboxState.READY
    n_attempts: int = 0
    n_refusals: int = 0
    n_ambiguous: int = 0
    n_resends: int = 0
    since_at: datetime | None = None
    due_at: datetime | None = None
    tried_at: datetime | None = None
    sent_at: datetime | None = None
    cause: str | None = None
    detail: str | None = None
    is_by_hand: bool = False

    @property
    def key(self) -> str:
        """The same for every attempt of one edition and channel."""
        return f"{self.edition_id}|{self.channel.key}"
