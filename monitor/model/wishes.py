"""What the reader wants: topics, feeds, digests and where they go."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A standing interest. ``any_terms`` may carry a leading ``+`` (must occur) or ``-`` (must not)."""

    id: str
    title: str
    learn: bool = True
    any_terms: tuple[str, ...] = ()
    none_terms: tuple[str, ...] = ()
    threshold: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One subscribed document. ``every_s`` None means adaptive; ``topic_ids`` None means all topics.

    ``links`` (a pattern of addresses) and ``selector`` (a CSS selector) tell which links of a page are its articles.
    """

    url: str
    title: str | None = None
    kind: str = "auto"
    every_s: int | None = None
    full_text: bool = True
    topic_ids: tuple[str, ...] | None = None
    is_enabled: bool = True
    links: str | None = None
    selector: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAddress:
    """Where an edition goes: ``kind`` is ``html``, ``email`` or ``notify``, ``target`` its folder or address."""

    kind: str
    target: str

    @property
    def name(self) -> str:
        """The target without secrets: the address of a notification keeps its scheme and gets a fingerprint.

        ``tgram://TOKEN/42`` becomes ``tgram-5f0c22d1``. The name of a name is the same name.
        """
        if self.kind != "notify" or ":/" not in self.target:
            return self.target
        return f"{self.target.partition(':')[0]}-{sha256(self.target.encode()).hexdigest()[:8]}"

    @property
    def key(self) -> str:
        """The stable name under which the outbox knows this channel."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A standing order for editions. ``schedule`` is a cron line in ``timezone``, None for "only by hand".

    ``language`` is the reader's, a two-letter code: between two headlines or sentences, the one in it is taken.
    """

    id: str
    title: str
    topic_ids: tuple[str, ...]
    schedule: str | None = None
    timezone: str = "UTC"
    send_empty: bool = False
    language: str = "en"
    channels: tuple[ChannelAddress, ...] = ()
