"""The composition root: wires settings, store, client, workers and judge; the only place that names adapters.

Everything that a command does with more than one room of the house is a function here, so that commands, the scheduler
and tests share one wiring.
"""

from __future__ import annotations

from monitor.app.bench import Bench
from monitor.app.checkup import Finding, Level, run_checks
from monitor.app.delivery import (
    OutboxStanding,
    Sending,
    deliver_outbox,
    find_channel,
    mail_server,
    open_press_channel,
    plan_sending,
    read_outbox,
)
from monitor.app.desk import load_corpus, open_desk
from monitor.app.duty import DueSlot, find_due_slots, find_next_slot, has_deliveries, publish_slot, write_lines
from monitor.app.editions import (
    Draft,
    draft_edition,
    find_digest,
    find_edition,
    find_troubles,
    render_edition,
    send_edition,
)
from monitor.app.fetching import choose_feeds, fetch, fetch_at, import_articles
from monitor.app.mail_trial import TrialStep, try_mail_server
from monitor.app.marking import Marked, mark_article, unmark_article
from monitor.app.opening import App, open_app, open_client, open_reader
from monitor.app.reading import check, extract_pages, read_text
from monitor.app.safekeeping import Backup, is_alive, make_backup, restore_backup, restore_config

__all__ = [
    "App",
    "Backup",
    "Bench",
    "Draft",
    "DueSlot",
    "Finding",
    "Level",
    "Marked",
    "OutboxStanding",
    "Sending",
    "TrialStep",
    "check",
    "choose_feeds",
    "deliver_outbox",
    "draft_edition",
    "extract_pages",
    "fetch",
    "fetch_at",
    "find_channel",
    "find_digest",
    "find_due_slots",
    "find_edition",
    "find_next_slot",
    "find_troubles",
    "has_deliveries",
    "import_articles",
    "is_alive",
    "load_corpus",
    "mail_server",
    "make_backup",
    "mark_article",
    "open_app",
    "open_client",
    "open_desk",
    "open_press_channel",
    "open_reader",
    "plan_sending",
    "publish_slot",
    "read_outbox",
    "read_text",
    "render_edition",
    "restore_backup",
    "restore_config",
    "run_checks",
    "send_edition",
    "try_mail_server",
    "unmark_article",
    "write_lines",
]
