"""The way of an article: poll, read, compose, deliver. Order, concurrency and transactions; decides nothing.

The four loops meet only in the store. Each step ends in one transaction and can be repeated, so that a crash at any
instruction loses nothing: polled entries wait as pending until their article is judged, editions wait in the outbox
until their channel has them.
"""

from __future__ import annotations

from monitor.pipeline.delivering import DeliveryReport, DeliveryRules, deliver, retry_deliveries, store_edition
from monitor.pipeline.following import follow
from monitor.pipeline.polling import poll
from monitor.pipeline.reading import Desk, VectorKeeper, has_own_words, read, save_judgement
from monitor.pipeline.report import FetchReport, Progress, quiet

__all__ = [
    "DeliveryReport",
    "DeliveryRules",
    "Desk",
    "FetchReport",
    "Progress",
    "VectorKeeper",
    "deliver",
    "follow",
    "has_own_words",
    "poll",
    "quiet",
    "read",
    "retry_deliveries",
    "save_judgement",
    "store_edition",
]
