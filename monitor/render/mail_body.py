"""The HTML part of a mail: style rules written into the elements, since many mail programs drop style sheets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.model import Edition
from monitor.render.options import Options
from monitor.render.templating import fill
from monitor.render.view import EditionView, arrange, shorten

if TYPE_CHECKING:
    import css_inline

MOST_BYTES = 80_000
"""Gmail cuts mails off at 102 kB; the encoding for the wire and what a mailing list adds need room."""


def render_mail_body(edition: Edition, options: Options) -> str:
    """*edition* as HTML for mail of at most ``MOST_BYTES``: what does not fit is counted as "and n more stories".

    One style sheet stays in the head, for dark screens: rules in an ``@`` block cannot be written into elements.
    """
    view = arrange(edition)
    n_stories = len(view.stories)
    body = _fill(view, edition, options)
    while (size := _size(body)) > MOST_BYTES and n_stories:
        # Each round keeps the share that would fit if all stories were of one size, and one less to be sure to end.
        n_stories = max(0, min(n_stories - 1, n_stories * MOST_BYTES // size))
        body = _fill(shorten(view, n_stories), edition, options)
    return body


def _size(body: str) -> int:
    """Bytes of *body* with the line ends that mail has."""
    return len(body.encode()) + body.count("\n")


def _fill(view: EditionView, edition: Edition, options: Options) -> str:
    values: dict[str, object] = {"view": view, "edition": edition, "site": options.site}
    return _inliner().inline(fill("digest/email.html", values, templates=options.templates))


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    import css_inline

    # Addresses are taken from nowhere: no style sheet is loaded, from the network or from a file.
    return css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
