"""Turns an edition into bytes: one file a format, and the registry that names them.

An ``Edition`` is complete, so every format is made from it alone: no clock, no store, no network. The same edition
gives the same bytes. A new format is one function ``(Edition, Options) -> bytes`` and one line in ``RENDERERS``; the
contract tests take it up from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.errors import RenderError
from monitor.model import Edition
from monitor.render.atom import render_atom
from monitor.render.email import render_email
from monitor.render.html import render_dropped, render_html
from monitor.render.json import edition_object, render_json
from monitor.render.mail_headers import make_message_id, make_subject
from monitor.render.markdown import render_markdown
from monitor.render.options import Envelope, Format, Options, SiteLinks
from monitor.render.site import SiteFile, plan_site, render_index
from monitor.render.templating import shipped_templates
from monitor.render.text import render_text

__all__ = [
    "RENDERERS",
    "Envelope",
    "Format",
    "Options",
    "SiteFile",
    "SiteLinks",
    "edition_object",
    "make_message_id",
    "make_subject",
    "plan_site",
    "render",
    "render_dropped",
    "render_index",
    "shipped_templates",
]

RENDERERS: Mapping[str, Format] = {
    "html": render_html,
    "text": render_text,
    "markdown": render_markdown,
    "json": render_json,
    "email": render_email,
    "atom": render_atom,
}


def render(
    edition: Edition,
    format: str,
    *,
    templates: Path | None = None,
    site: SiteLinks | None = None,
    history: Sequence[Edition] = (),
    envelope: Envelope | None = None,
) -> bytes:
    """*edition* in *format*, one of ``RENDERERS``; RenderError for another word or a broken template.

    *templates* is the user's own folder; *history* (for ``atom``) holds earlier editions; *envelope* the addresses
    of a mail.
    """
    make = RENDERERS.get(format)
    if make is None:
        message = f"there is no format {format!r}; choose one of {', '.join(RENDERERS)}"
        raise RenderError(message)
    options = Options(
        templates=templates, site=site or SiteLinks(), history=tuple(history), envelope=envelope or Envelope()
    )
    return make(edition, options)
