"""The nouns: frozen dataclasses that every other module speaks in.

Values are valid once they exist: configuration and foreign bytes are checked at the border. Times are
aware UTC and end in ``_at``; absence is ``None``. Collections are tuples, so that a value never changes
behind somebody's back; use ``dataclasses.replace`` for a changed copy.

In the Topic Detection and Tracking papers (Allan et al. 1998) a "story" is one report; here, as readers
speak, a *story* is the set of articles about one event.
"""

from __future__ import annotations

from monitor.model.arrivals import Entry, FeedState, FurtherDocument, Page, ParsedFeed, PendingEntry, Request, Response
from monitor.model.documents import Capture, Clipping, Document
from monitor.model.editions import (
    Abstract,
    BottomLine,
    Dropped,
    Edition,
    FeedTrouble,
    Ledger,
    ShownChange,
    ShownSentence,
    StoryItem,
    TopicSection,
    Trend,
)
from monitor.model.judgement import (
    Article,
    Change,
    JudgedArticle,
    JudgedSentence,
    KnownFrom,
    Match,
    Outcome,
    Reason,
    Role,
    Story,
    StoryMember,
    Verdict,
)
from monitor.model.marks import Mark, MarkKind
from monitor.model.outbox import OutboxItem, OutboxState
from monitor.model.records import (
    Arrival,
    ArticleKeys,
    EditionRecord,
    KnownRecord,
    QuarantineRecord,
    RobotsRecord,
    SeenEntry,
)
from monitor.model.schedules import Beat, SlotRecord
from monitor.model.wishes import ChannelAddress, Digest, Feed, Topic

__all__ = [
    "Abstract",
    "Arrival",
    "Article",
    "ArticleKeys",
    "Beat",
    "BottomLine",
    "Capture",
    "Change",
    "ChannelAddress",
    "Clipping",
    "Digest",
    "Document",
    "Dropped",
    "Edition",
    "EditionRecord",
    "Entry",
    "Feed",
    "FeedState",
    "FeedTrouble",
    "FurtherDocument",
    "JudgedArticle",
    "JudgedSentence",
    "KnownFrom",
    "KnownRecord",
    "Ledger",
    "Mark",
    "MarkKind",
    "Match",
    "OutboxItem",
    "OutboxState",
    "Outcome",
    "Page",
    "ParsedFeed",
    "PendingEntry",
    "QuarantineRecord",
    "Reason",
    "Request",
    "Response",
    "RobotsRecord",
    "Role",
    "SeenEntry",
    "ShownChange",
    "ShownSentence",
    "SlotRecord",
    "Story",
    "StoryItem",
    "StoryMember",
    "Topic",
    "TopicSection",
    "Trend",
    "Verdict",
]
