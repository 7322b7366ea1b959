"""One edition as CommonMark."""

from __future__ import annotations

from monitor.model import Edition
from monitor.render.options import Options
from monitor.render.templating import fill
from monitor.render.view import arrange


def render_markdown(edition: Edition, options: Options) -> bytes:
    """*edition* as UTF-8 Markdown; foreign text is escaped, so it can neither link nor carry HTML."""
    values: dict[str, object] = {"view": arrange(edition), "edition": edition, "site": options.site}
    return fill("digest/edition.md", values, templates=options.templates).encode()
