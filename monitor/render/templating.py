"""Fills Jinja templates: the user's folder first, then the shipped one; sandboxed, strict, always escaped.

Three kinds, told by the ending: ``.html`` is escaped for HTML, ``.md`` has its Markdown specials escaped, ``.txt`` is
only cleaned. Escaping happens to every value that a template prints, without being asked for: a template can leave
it out only by the filter ``safe``. What a filter of ours returns (``wrap``, ``link``) is final already.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import RenderError
from monitor.render import charts, words
from monitor.render.clean import clean_text, find_language, is_right_to_left, safe_href
from monitor.render.lines import COLUMNS, wrap_text

if TYPE_CHECKING:
    import jinja2.sandbox

_PACKAGE = Path(__file__).parent.parent
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#|~!&$^=]")
_MARKDOWN_START = re.compile(r"^(\s*)([-+]|\d{1,9}(?=[.)]))")


class _Final(str):
    """Text that is escaped already."""

    __slots__ = ()


def shipped_templates() -> Path:
    """The folder of the templates that come with the program: inside a wheel, or beside the package in a checkout."""
    for folder in (_PACKAGE / "_templates", _PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    message = (
        f"the shipped templates are missing: neither {_PACKAGE / '_templates'} nor {_PACKAGE.parent / 'templates'}"
    )
    raise RenderError(message)


def fill(name: str, values: dict[str, object], *, templates: Path | None) -> str:
    """Template *name* (``digest/edition.html``) filled with *values*; RenderError names file and line of a mistake."""
    import jinja2

    environment = _environment(name.rpartition(".")[2], templates)
    try:
        return environment.get_template(name).render(values)
    except jinja2.TemplateSyntaxError as error:
        message = f"{error.filename or error.name}:{error.lineno}: {error.message}"
        raise RenderError(message) from error
    except jinja2.TemplateNotFound as error:
        message = (
            f"template {error.name} is neither in {templates or 'a folder of your own'} nor in {shipped_templates()}"
        )
        raise RenderError(message) from error
    except Exception as error:  # a template is code of the user's: whatever it raises is its mistake
        place = _find_place(error, templates) or name
        message = f"{place}: {type(error).__name__}: {error}"
        raise RenderError(message) from error


def escape_markdown(text: str) -> str:
    """*text* so that CommonMark shows it as it is, wherever in a line it stands."""
    line = _MARKDOWN.sub(lambda found: "\\" + found[0], clean_text(text))
    return _MARKDOWN_START.sub(lambda found: f"{found[1]}{_escape_start(found[2])}", line)


def _escape_start(mark: str) -> str:
    return "\\" + mark if mark in "-+" else mark + "\\"


def markdown_link(text: str, url: str | None) -> str:
    """``[text](<url>)``, or the escaped text alone where *url* is no safe address."""
    href = safe_href(url)
    shown = escape_markdown(text)
    if href is None:
        return shown
    return f"[{shown}](<{href.replace('<', '%3C').replace('>', '%3E')}>)"


@lru_cache(maxsize=16)
def _environment(kind: str, templates: Path | None) -> jinja2.sandbox.ImmutableSandboxedEnvironment:
    import jinja2
    import jinja2.sandbox

    folders = [str(folder) for folder in (templates, shipped_templates()) if folder is not None]
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=kind not in ("md", "txt"),
        undefined=jinja2.StrictUndefined,
        finalize=_finalizer(kind),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_filters(kind))
    environment.globals.update(
        plural=words.plural, month_name=words.month_name, outcome_titles=words.OUTCOME_TITLES, rule=_rule
    )
    return environment


def _finalizer(kind: str) -> Callable[[object], object]:
    """What is done to each printed value before (HTML) or instead of (others) escaping."""
    escape = escape_markdown if kind == "md" else clean_text

    def finalize(value: object) -> object:
        if isinstance(value, _Final) or hasattr(value, "__html__"):
            return value
        return escape(value) if isinstance(value, str) else value

    return finalize


def _filters(kind: str) -> dict[str, Callable[..., object]]:
    common: dict[str, Callable[..., object]] = {
        "clean": clean_text,
        "href": safe_href,
        "long_day": words.long_day,
        "short_day": words.short_day,
        "local": words.local,
        "rfc3339": words.rfc3339,
        "bars": _text_chart,
        "summary": charts.describe_trend,
    }
    if kind == "md":
        return {**common, "link": lambda text, url: _Final(markdown_link(text, url))}
    if kind == "txt":
        return {**common, "wrap": _wrap, "rule": _rule}
    return {**common, "lang": _lang, "svg": partial(_mark, charts.svg_bars), "cells": partial(_mark, charts.mail_bars)}


def _mark(draw: Callable[[Any], str], values: Any) -> object:
    from markupsafe import Markup

    return Markup(draw(values))  # noqa: S704  (markup made from numbers and dates alone)


def _lang(code: str | None) -> object:
    """The attributes ``lang`` and, where it matters, ``dir`` for foreign text; nothing for English."""
    from markupsafe import Markup

    language = find_language(code)
    if language is None:
        return Markup("")
    direction = ' dir="rtl"' if is_right_to_left(language) else ""
    return Markup(f' lang="{language}"{direction}')  # noqa: S704  (checked against a pattern of letters and digits)


def _wrap(text: str, first: str = "", rest: str = "") -> str:
    return _Final("\n".join(wrap_text(clean_text(text), first=first, rest=rest)))


def _rule(char: str = "-") -> str:
    return _Final(char * COLUMNS)


def _text_chart(trend: Any) -> str:
    articles = charts.text_bars([day.n_articles for day in trend])
    return f"articles {articles} · new facts {charts.text_bars([day.n_facts for day in trend])}"


def _find_place(error: BaseException, templates: Path | None) -> str | None:
    """``file:line`` of the innermost template frame: Jinja gives its compiled code the template's own lines."""
    folders = [str(folder) for folder in (templates, shipped_templates()) if folder is not None]
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno}" for frame in frames if frame.filename.startswith(tuple(folders))]
    return places[-1] if places else None
