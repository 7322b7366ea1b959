"""One edition as one web page: no scripts, no remote parts, one inline style sheet, under 80 kB for a usual edition."""

from __future__ import annotations

from itertools import groupby

from monitor.model import Dropped, Edition
from monitor.render import words
from monitor.render.options import Options
from monitor.render.templating import fill
from monitor.render.view import arrange


def render_html(edition: Edition, options: Options) -> bytes:
    """The page of *edition*, UTF-8."""
    values: dict[str, object] = {"view": arrange(edition), "edition": edition, "site": options.site}
    return fill("digest/edition.html", values, templates=options.templates).encode()


def render_dropped(edition: Edition, options: Options) -> bytes:
    """The page that lists every article *edition* left out, by outcome and reason, UTF-8."""
    values: dict[str, object] = {
        "edition": edition,
        "groups": group_dropped(edition.dropped),
        "day": words.long_day(words.local(edition.to_at, edition.timezone)),
        "site": options.site,
    }
    return fill("digest/dropped.html", values, templates=options.templates).encode()


def group_dropped(dropped: tuple[Dropped, ...]) -> tuple[tuple[str, tuple[Dropped, ...]], ...]:
    """Dropped articles under the headings of ``words.OUTCOME_TITLES``, in its order; within one, by reason, stable."""
    order = list(words.OUTCOME_TITLES)
    ordered = sorted(dropped, key=lambda item: (order.index(item.outcome), item.reason))
    return tuple(
        (words.OUTCOME_TITLES[outcome], tuple(items))
        for outcome, items in groupby(ordered, key=lambda item: item.outcome)
    )
