"""What fits into one sitting: five full stories, ten one-liners, five official papers, 850 words; the rest waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from monitor.model import StoryItem
from monitor.stages.drafting import StoryDraft, count_item_words

MAX_FULL = 5
MAX_BRIEF = 10
MAX_RECORD = 5
MAX_WORDS = 850
MAX_TOPIC_SHARE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A draft in the form in which the edition prints it."""

    draft: StoryDraft
    item: StoryItem


def fit(
    drafts: Sequence[StoryDraft], *, n_topics: int, waited: AbstractSet[int]
) -> tuple[list[Placed], list[StoryDraft]]:
    """What the edition prints, best first, and what has to wait.

    While several topics have news, none takes more than 40 % of the full stories. One of five full stories is kept for
    news that a single source has. What *waited* before goes first among the one-liners.
    """
    ranked = sorted(drafts, key=lambda draft: draft.rank)
    full = _choose_full(ranked, n_topics)
    placed = [Placed(draft=draft, item=draft.item) for draft in full]
    words = sum(count_item_words(one.item) for one in placed)
    counts = {True: 0, False: 0}
    limits = {True: MAX_RECORD, False: MAX_BRIEF}
    waiting = []
    rest = [draft for draft in ranked if draft not in full]
    for draft in sorted(rest, key=lambda draft: not any(seq in waited for seq in draft.seqs)):
        official, size = draft.item.is_official, count_item_words(draft.brief)
        if counts[official] >= limits[official] or words + size > MAX_WORDS:
            waiting.append(draft)
            continue
        counts[official] += 1
        words += size
        placed.append(Placed(draft=draft, item=draft.brief))
    return sorted(placed, key=lambda one: one.draft.rank), waiting


def _choose_full(ranked: Sequence[StoryDraft], n_topics: int) -> list[StoryDraft]:
    candidates = [draft for draft in ranked if not draft.is_roundup and not draft.item.is_official]
    has_others = len({draft.topic_id for draft in candidates}) > 1 and n_topics > 1
    per_topic = max(1, int(MAX_FULL * MAX_TOPIC_SHARE)) if has_others else MAX_FULL
    chosen: list[StoryDraft] = []
    n_in_topic: dict[str, int] = defaultdict(int)
    words = 0
    single = next((draft for draft in candidates if draft.item.n_independent == 1), None)
    for draft in candidates:
        is_last = len(chosen) == MAX_FULL - 1
        if is_last and single is not None and single not in chosen and draft is not single:
            continue
        size = count_item_words(draft.item)
        if len(chosen) < MAX_FULL and n_in_topic[draft.topic_id] < per_topic and words + size <= MAX_WORDS:
            chosen.append(draft)
            n_in_topic[draft.topic_id] += 1
            words += size
    return chosen
