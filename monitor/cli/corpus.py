"""``monitor corpus``: the articles that the reader knows already."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.context import Options, console, note, read_settings, write_json
from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.config import Settings
    from monitor.library import LibraryItem
    from monitor.model import Page

_FIRST_WORDS = 60
_SLUG_CHARACTERS = 60


def register(app: typer.Typer) -> None:
    """Add the command group to the root."""
    group = typer.Typer(help="Articles you have read: list, add, remove.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("add")(add)
    group.command("remove")(remove)
    app.add_typer(group, name="corpus")


def list_(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show the lines that were left out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List the articles as they are understood. Titles, dates, languages, sentences, and what was left out."""
    import asyncio

    from monitor.answers import read_corpus

    options: Options = context.obj
    library = asyncio.run(read_corpus(read_settings(options)))
    screen = console()
    for item in library.items:
        if as_json:
            write_json(_item_object(item))
        else:
            _show_item(screen, item, with_furniture=verbose or options.verbosity > 0)
    for problem in library.problems:
        if as_json:
            write_json({"id": None, "path": problem.path, "error": problem.detail})
        note(options, f"cannot be read: {problem}")
    if not library.items and not library.problems:
        note(options, "the corpus is empty: `monitor corpus add FILE|URL` adds an article you have read")


def _item_object(item: LibraryItem) -> dict[str, Any]:
    from monitor.cli.objects import time

    article, clipping = item.article, item.clipping
    return {
        "id": article.id,
        "title": article.title,
        "first_words": _first_words(item),
        "path": str(item.path),
        "url": article.url,
        "published": time(article.published_at),
        "language": article.language,
        "paragraphs": sum(article.starts),
        "sentences": len(article.sentences),
        "repeated": clipping.n_repeated if clipping else 0,
        "furniture": list(clipping.furniture) if clipping else [],
    }


def _first_words(item: LibraryItem) -> str:
    text = item.article.sentences[0] if item.article.sentences else ""
    return text if len(text) <= _FIRST_WORDS else text[:_FIRST_WORDS].rstrip() + "…"


def _show_item(screen: Console, item: LibraryItem, *, with_furniture: bool) -> None:
    from monitor.cli.screen import count, show

    article, clipping = item.article, item.clipping
    show(screen, article.title or f"(no title) {_first_words(item)}", style="bold")
    facts = [
        article.id,
        f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date",
        article.language or "language unknown",
        count(sum(article.starts), "paragraph"),
        count(len(article.sentences), "sentence"),
    ]
    if clipping is not None and clipping.n_repeated:
        facts.append(f"{clipping.n_repeated} repeated")
    if clipping is not None and clipping.furniture:
        facts.append(f"{count(len(clipping.furniture), 'line')} left out")
    show(screen, " · ".join(facts), lead="    ", style="dim")
    for line in clipping.furniture if clipping is not None and with_furniture else ():
        show(screen, line, lead="    - ", style="dim")


def add(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="Texts, saved pages or addresses.")],
) -> None:
    """Add articles to the first corpus folder. What stands at an address is fetched and kept as a text."""
    import asyncio

    options: Options = context.obj
    settings = read_settings(options)
    folder = _first_folder(settings)
    now = options.now or datetime.now(UTC)
    failed = False
    for source in sources:
        try:
            added = asyncio.run(_add_one(source, settings, folder, now))
        except MonitorError as error:
            failed = True
            note(options, f"not added: {error}")
            continue
        console().print(f"added: {added}", markup=False)
    if failed:
        raise typer.Exit(1)


def _first_folder(settings: Settings) -> Path:
    for path in settings.corpus:
        if path.is_dir():
            return path
    raise UsageError(f"no corpus folder in {settings.path}: make one and name it there, for example `corpus: [seeds/]`")


async def _add_one(source: str, settings: Settings, folder: Path, now: datetime) -> Path:
    from monitor.text.urls import is_web_url

    if is_web_url(source):
        name, body = await _fetch_text(source, settings, now)
    else:
        name, body = _read_file(Path(source), folder)
    target = folder / name
    try:
        with target.open("xb") as file:
            file.write(body)
    except FileExistsError:
        raise UsageError(f"{source}: {target} is there already; rename the file, or remove the other one") from None
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from error
    try:
        await _check_readable(target)
    except MonitorError:
        target.unlink()
        raise
    return target


def _read_file(path: Path, folder: Path) -> tuple[str, bytes]:
    from monitor.library import SUFFIXES

    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: not one of {', '.join(SUFFIXES)}")
    try:
        if folder.resolve() in path.resolve().parents:
            raise UsageError(f"{path}: is in the corpus already")
        return path.name, path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error


async def _check_readable(path: Path) -> None:
    """Raise what the corpus would report of the file."""
    from monitor.app import open_reader
    from monitor.library import load_library

    async with open_reader() as reader:
        library = await load_library([path], reader, is_corpus=True)
    if library.problems:
        raise library.problems[0]


async def _fetch_text(url: str, settings: Settings, now: datetime) -> tuple[str, bytes]:
    """A name and Markdown for the article at an address."""
    from monitor.app import extract_pages

    found = await extract_pages([url], url=None, wanted=settings.fetch, now=now)
    page = found[0][1]
    if isinstance(page, MonitorError):
        raise page
    if not page.paragraphs:
        raise MonitorError(f"{url}: no running text on the page{f' ({page.problem})' if page.problem else ''}")
    return f"{_slug(page.title or url)}.md", _markdown(page, url).encode()


def _markdown(page: Page, url: str) -> str:
    """The page as ``stages.clipping`` reads it back: title, date line, source line, paragraphs."""
    date = [f"{page.published_at:%Y-%m-%d}"] if page.published_at else []
    standfirst = [page.standfirst] if page.standfirst else []
    title = page.title or "(no title)"
    return (
        "\n\n".join([f"# {title}", *date, f"Source: {page.canonical_url or url}", *standfirst, *page.paragraphs]) + "\n"
    )


def _slug(text: str) -> str:
    words = re.sub(r"^https?://", "", text.lower())
    return re.sub(r"[^\w]+", "-", words).strip("-_")[:_SLUG_CHARACTERS].rstrip("-_") or "article"


def remove(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As in `monitor corpus list`.")],
) -> None:
    """Delete the file of an article. Only inside a configured corpus folder."""
    import asyncio

    from monitor.answers import read_corpus

    options: Options = context.obj
    settings = read_settings(options)
    items = asyncio.run(read_corpus(settings)).items
    paths = [_find_file(settings, items, name) for name in ids]
    for path in dict.fromkeys(paths):
        try:
            path.unlink()
        except OSError as error:
            raise MonitorError(f"{path}: cannot be deleted: {error.strerror}") from error
        console().print(f"removed: {path}", markup=False)


def _find_file(settings: Settings, items: tuple[LibraryItem, ...], name: str) -> Path:
    wanted = name if name.startswith("corpus:") else f"corpus:{name}"
    path = next((item.path for item in items if item.article.id == wanted), None)
    if path is None:
        raise UsageError(f"no article {name} in the corpus; `monitor corpus list` shows the ids")
    if sum(item.path == path for item in items) > 1:
        raise UsageError(f"{path} holds several articles: take {name} out of it with an editor")
    folders = [folder.resolve() for folder in settings.corpus if folder.is_dir()]
    if not any(folder in path.resolve().parents for folder in folders):
        raise UsageError(f"{path} is in none of the corpus folders: delete it yourself")
    return path
