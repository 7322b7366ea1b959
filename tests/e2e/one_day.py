"""A fetch and an edition of each digest in one process, with an encoder that needs no model: to be killed anywhere."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from monitor.app import choose_feeds, draft_edition, fetch, open_app, send_edition
from monitor.config import load_settings
from tests.factories import FakeEmbedder


def main(config: str, now: str) -> None:
    settings = load_settings(Path(config), env={})
    with open_app(settings, now=datetime.fromisoformat(now)) as app:
        asyncio.run(fetch(app, choose_feeds(app, all_feeds=True), embedder=FakeEmbedder()))
        for digest in settings.digests:
            _, report = send_edition(app, draft_edition(app, digest))
            assert not report.failed, report.failed


if __name__ == "__main__":
    main(*sys.argv[1:])
