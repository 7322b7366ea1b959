"""Feeds for a first configuration: from an address that somebody typed to the feed behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from monitor.cli.context import Options, console, note
from monitor.errors import FetchError

if TYPE_CHECKING:
    from monitor.app.discovering import Discovery, Offer
    from monitor.model import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """How addresses are looked up: not at all (``is_unchecked``), with questions (``may_ask``), in private networks."""

    options: Options
    may_ask: bool
    is_unchecked: bool
    allow_private: bool


def find_feed(finder: Finder, url: str) -> tuple[Feed | None, Finder]:
    """The feed behind *url*, and the finder for the next one: a question may have opened private networks.

    An address that does not answer is taken as it is, with a note, so that a configuration can be made offline.
    Where questions are allowed the reader decides about an address without a feed; None: left out.
    """
    from monitor.model import Feed

    if finder.is_unchecked:
        return Feed(url=url), finder
    try:
        found = _discover(finder, url)
    except FetchError as error:
        if error.kind == "forbidden_address" and finder.may_ask:
            if typer.confirm(f"{url} is in a private network. May the monitor fetch from there?", default=True):
                return find_feed(replace(finder, allow_private=True), url)
            return None, finder
        advice = "; --allow-private fetches from there" if error.kind == "forbidden_address" else ""
        note(finder.options, f"{url} is taken as it is, it could not be asked: {error.kind}: {error.detail}{advice}")
        return Feed(url=url), finder
    if not found.offers:
        return _without_offers(finder, url), finder
    offer = _choose(finder, url, found.offers)
    return _named(offer), finder


def _discover(finder: Finder, url: str) -> Discovery:
    import asyncio

    from monitor.app import discovering
    from monitor.cli.fetch import progress_bar
    from monitor.config import FetchSettings

    now = finder.options.now or datetime.now(UTC)
    wanted = FetchSettings(allow_private=finder.allow_private)
    with progress_bar(finder.options) as progress:
        return asyncio.run(discovering.discover(url, wanted=wanted, now=now, progress=progress))


def _without_offers(finder: Finder, url: str) -> Feed | None:
    from monitor.model import Feed

    if finder.may_ask:
        return Feed(url=url) if typer.confirm(f"No feed was found at {url}. Keep the address?", default=False) else None
    note(finder.options, f"{url} is taken as it is, no feed was found there: `monitor feeds check` tells more")
    return Feed(url=url)


def _choose(finder: Finder, url: str, offers: tuple[Offer, ...]) -> Offer:
    from monitor.cli.feeds_find import show_offers

    if finder.may_ask:
        show_offers(console(), offers)
        number = 1 if len(offers) == 1 else 0
        while not 1 <= number <= len(offers):
            number = int(typer.prompt(f"Which one (1 to {len(offers)})", default=1, type=int))
        return offers[number - 1]
    if len(offers) > 1:
        note(finder.options, f"{url} has {len(offers)} feeds, the first is taken: `monitor feeds discover` shows all")
    return offers[0]


def _named(offer: Offer) -> Feed:
    from monitor.cli.feeds_find import own_title

    return replace(offer.feed, title=own_title(offer.title))
