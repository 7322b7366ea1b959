"""``monitor feeds discover`` and ``monitor feeds add``: from any page of a site to its feeds."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, errors, note, read_settings, write_json
from monitor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from monitor.app.discovering import Discovery, Offer
    from monitor.config import Settings
    from monitor.model import Feed

_LEAST_SEARCH_S = 3_600
_MAX_TITLE_CHARS = 200

Url = Annotated[str, typer.Argument(metavar="URL", help="Any page of the site, or a feed.")]


def register(group: typer.Typer) -> None:
    """Add the commands to ``feeds``."""
    group.command("add")(add)
    group.command("discover")(discover)


def discover(
    context: typer.Context,
    url: Url,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """Show the feeds of a site. Exit status 1 if none was found."""
    options: Options = context.obj
    found = _discover(options, read_settings(options), read_address(url))
    if as_json:
        for offer in found.offers:
            write_json(offer_object(offer))
    else:
        show_offers(console(), found.offers)
    _say_what_failed(options, found)
    if not found.offers:
        note(options, f"no feed was found at {url}; -v tells what was tried")
        raise typer.Exit(1)


def add(
    context: typer.Context,
    url: Url,
    title: Annotated[str | None, typer.Option(help="Name to show; default: the feed's own.")] = None,
    every: Annotated[
        str | None, typer.Option(help="Time between two polls, like 2h; default: adapts.", metavar="TIME")
    ] = None,
    kind: Annotated[
        str, typer.Option(help="auto, feed, sitemap, page, federal-register or search.", metavar="KIND")
    ] = "auto",
    links: Annotated[
        str | None, typer.Option(help="Articles of a page by their address, like '/news/*'.", metavar="PATTERN")
    ] = None,
    selector: Annotated[str | None, typer.Option(help="Articles of a page by a CSS selector.", metavar="CSS")] = None,
    choose: Annotated[
        int | None, typer.Option(help="Of several feeds the one with this number.", metavar="N", min=1)
    ] = None,
    first: Annotated[
        bool, typer.Option("--first", "--yes", "-y", help="Of several feeds the first; ask nothing.")
    ] = False,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Add the address as it is, without asking it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON; asks nothing.")] = False,
) -> None:
    """Find the feeds of a page or site and add one to feeds.yaml. Everything else in the file stays as it is."""
    from dataclasses import replace

    from monitor.config.editing import add_feeds
    from monitor.config.saving import change_file
    from monitor.model import Feed

    options: Options = context.obj
    settings = read_settings(options)
    wished = Feed(
        url=read_address(url), title=title, kind="page" if (links or selector) and kind == "auto" else kind,
        every_s=_read_every(every), links=links, selector=selector,
    )  # fmt: skip
    _check_wish(wished)
    refuse_double(settings, wished.url)
    offer = None
    if not unchecked:
        offer = _find_one(options, settings, wished, choose=choose, first=first, as_json=as_json)
    feed = wished
    if offer is not None:
        feed = replace(wished, url=offer.feed.url, kind=offer.feed.kind, title=title or own_title(offer.title))
        if feed.kind == "search" and feed.every_s is not None and feed.every_s < _LEAST_SEARCH_S:
            raise UsageError("a search engine is asked once an hour at most: write --every 1h or more")
    change_file(settings.path, lambda text: add_feeds(text, [feed]))
    if as_json:
        write_json({"file": str(settings.path), "added": _added_object(feed, offer), "offers": []})
    else:
        _show_added(console(), options, feed, offer)


def read_address(text: str) -> str:
    """A web address from what people type or paste; UsageError if it is none."""
    from monitor.text.urls import is_web_url

    url = re.sub(r"^feed:(?://)?(?=https?:)", "", text.strip(), flags=re.IGNORECASE)
    url = re.sub(r"^feed:(?://)?", "https://", url, flags=re.IGNORECASE)
    if "://" not in url and "." in url.partition("/")[0]:
        url = f"https://{url}"
    if not is_web_url(url):
        raise UsageError(f"not a web address: {text!r}; it starts with http:// or https://")
    return url


def refuse_double(settings: Settings, url: str) -> None:
    """UsageError if a feed has that address already, in whatever spelling."""
    if (known := find_double(settings.feeds, url)) is not None:
        name = f"{known.title!r}, {known.url}" if known.title else known.url
        raise UsageError(f"{url} is subscribed already: {name}")


def find_double(feeds: Sequence[Feed], url: str) -> Feed | None:
    """The feed with that address in whatever spelling."""
    from monitor.text.urls import url_key

    key = url_key(url)
    return next((feed for feed in feeds if feed.url == url or (key is not None and url_key(feed.url) == key)), None)


def _check_wish(wished: Feed) -> None:
    from monitor.config.schema import KINDS

    if wished.kind not in KINDS:
        raise UsageError(f"no kind {wished.kind!r}; there are {', '.join(KINDS)}")
    if (wished.links or wished.selector) and wished.kind != "page":
        raise UsageError("--links and --selector pick links of a web page: they need --kind page")
    if wished.kind == "search" and wished.every_s is not None and wished.every_s < _LEAST_SEARCH_S:
        raise UsageError("a search engine is asked once an hour at most: write --every 1h or more")


def _read_every(text: str | None) -> int | None:
    from monitor.config.values import parse_duration

    if text is None:
        return None
    try:
        return round(parse_duration(text, least_s=1))
    except ValueError as error:
        raise UsageError(f"--every {text}: {error}") from error


def _discover(options: Options, settings: Settings, url: str) -> Discovery:
    import asyncio

    from monitor.app import discovering
    from monitor.cli.fetch import progress_bar

    now = options.now or datetime.now(UTC)
    with progress_bar(options) as progress:
        return asyncio.run(discovering.discover(url, wanted=settings.fetch, now=now, progress=progress))


def _find_one(
    options: Options, settings: Settings, wished: Feed, *, choose: int | None, first: bool, as_json: bool
) -> Offer:
    """The feed to add. Typer's Exit 2 after a list of them if there are several and nobody can be asked, 1 for none."""
    import asyncio

    from monitor.app import discovering
    from monitor.cli.fetch import progress_bar

    if wished.kind != "auto":
        now = options.now or datetime.now(UTC)
        with progress_bar(options) as progress:
            return asyncio.run(discovering.try_feed(wished, wanted=settings.fetch, now=now, progress=progress))
    found = _discover(options, settings, wished.url)
    _say_what_failed(options, found)
    offers = [offer for offer in found.offers if find_double(settings.feeds, offer.feed.url) is None]
    if found.offers and not offers:
        refuse_double(settings, found.offers[0].feed.url)
    if not offers:
        note(
            options,
            f"no feed was found at {wished.url}; -v tells what was tried, --unchecked adds the address as it is",
        )
        raise typer.Exit(1)
    if choose is not None:
        if choose > len(offers):
            raise UsageError(f"there is no number {choose}: {wished.url} has {len(offers)}")
        return offers[choose - 1]
    if len(offers) == 1 or first:
        return offers[0]
    if as_json:
        write_json({"file": str(settings.path), "added": None, "offers": [offer_object(offer) for offer in offers]})
    else:
        show_offers(errors() if sys.stdin.isatty() else console(), offers)
    if as_json or not sys.stdin.isatty():
        note(options, "nothing was added: choose one with --choose N, or the first with --first")
        raise typer.Exit(2)
    number = 0
    while not 1 <= number <= len(offers):
        number = int(typer.prompt(f"Which one (1 to {len(offers)})", default=1, type=int, err=True))
    return offers[number - 1]


def show_offers(screen: Console, offers: Sequence[Offer]) -> None:
    """Numbered, with what helps to choose."""
    from monitor.cli.screen import show

    for number, offer in enumerate(offers, start=1):
        show(screen, offer.title or offer.feed.url, lead=f"{number:>3}  ", style="bold")
        show(screen, offer.feed.url, lead=" " * 5)
        show(screen, _facts(offer), lead=" " * 5, style="dim")


def _facts(offer: Offer) -> str:
    from monitor.cli.screen import count, minute

    facts = [offer.kind, count(offer.n_entries, "entry", "entries")]
    facts.append(f"newest {minute(offer.newest_at)}" if offer.newest_at else "no dates")
    if offer.n_full_text:
        facts.append(f"{offer.n_full_text} with full text")
    return " · ".join([*facts, _HOW[offer.how]])


_HOW = {
    "given": "the address itself",
    "announced": "announced by the page",
    "linked": "linked in the page",
    "usual place": "found at a usual place",
    "page": "no feed: the page itself lists articles",
}


def offer_object(offer: Offer) -> dict[str, Any]:
    """One line of ``feeds discover --json``."""
    from monitor.cli.objects import time

    return {
        "url": offer.feed.url,
        "title": offer.title,
        "kind": offer.kind,
        "how": offer.how,
        "entries": offer.n_entries,
        "newest": time(offer.newest_at),
        "full_text": offer.n_full_text,
    }


def _added_object(feed: Feed, offer: Offer | None) -> dict[str, Any]:
    facts = offer_object(offer) if offer else dict.fromkeys(("how", "entries", "newest", "full_text"))
    return {**facts, "url": feed.url, "title": feed.title, "kind": feed.kind}


def _show_added(screen: Console, options: Options, feed: Feed, offer: Offer | None) -> None:
    """What was added; for a search the warning that it has terms."""
    from monitor.cli.screen import show

    if offer is None:
        show(screen, feed.title or feed.url, lead="added  ", style="bold")
    else:
        show(screen, offer.title or feed.url, lead="added  ", style="bold")
        for line in (feed.url, _facts(offer)):
            show(screen, line, lead=" " * 7, style="dim")
    if feed.kind == "search":
        note(
            options,
            "read the terms of the search engine first: Google News allows personal, non-commercial feed readers only",
        )


def own_title(title: str | None) -> str | None:
    """The title that a feed gives itself, on one line and not too long; None if nothing is left of it."""
    from monitor.render.clean import clean_text

    return clean_text(title)[:_MAX_TITLE_CHARS].strip() or None if title else None


def _say_what_failed(options: Options, found: Discovery) -> None:
    for url, why in found.failures:
        note(options, f"{url}: {why}", is_detail=True)
