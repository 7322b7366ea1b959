"""The composition root: wires settings, store, client, workers and judge; the only place that names adapters.

Everything that a command does with more than one room of the house is a function here, so that commands, the scheduler
and tests share one wiring.
"""

from __future__ import annotations

from monitor.app.desk import load_corpus, open_desk
from monitor.app.editions import (
    Draft,
    draft_edition,
    find_digest,
    find_troubles,
    open_press_channel,
    render_edition,
    send_edition,
)
from monitor.app.fetching import choose_feeds, fetch, import_articles
from monitor.app.opening import App, open_app, open_client, open_reader
from monitor.app.reading import check, extract_pages, read_text

__all__ = [
    "App",
    "Draft",
    "check",
    "choose_feeds",
    "draft_edition",
    "extract_pages",
    "fetch",
    "find_digest",
    "find_troubles",
    "import_articles",
    "load_corpus",
    "open_app",
    "open_client",
    "open_desk",
    "open_press_channel",
    "open_reader",
    "read_text",
    "render_edition",
    "send_edition",
]
