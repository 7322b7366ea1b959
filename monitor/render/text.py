"""One edition as plain text of 78 columns, links as footnotes."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model import Edition
from monitor.render.options import Options
from monitor.render.templating import fill
from monitor.render.view import EditionView, Origin, Source, arrange


def render_text(edition: Edition, options: Options) -> bytes:
    """*edition* as UTF-8 text. Only addresses in footnotes may be wider than 78 columns: cut, they are no use."""
    view = arrange(edition)
    notes = {href: number for number, href in enumerate(dict.fromkeys(_iter_links(view)), start=1)}

    def mark(item: Source | Origin) -> str:
        return "" if item.href is None else f" [{notes[item.href]}]"

    values: dict[str, object] = {"view": view, "edition": edition, "site": options.site, "mark": mark, "notes": notes}
    return fill("digest/edition.txt", values, templates=options.templates).encode()


def _iter_links(view: EditionView) -> Iterator[str]:
    """Every link in the order the reader meets it."""
    for story in view.stories:
        changes = (origin for change in story.changed for origin in (change.old_origin, change.new_origin))
        facts = (fact.source.href for fact in story.facts)
        origins = (origin.href for origin in (*changes, *story.known))
        sources = (source.href for source in story.sources)
        yield from (href for href in (*facts, *origins, *sources) if href is not None)
