"""From a path to Settings: read, check everything, then build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from monitor.config.check import check_presence, check_references, check_shape
from monitor.config.document import MAX_BYTES, Document, read_document
from monitor.config.problems import in_file_order
from monitor.config.schema import (
    DEFAULT_SCHEDULE,
    ArchiveModel,
    ChannelModel,
    ConfigModel,
    DigestModel,
    EmailModel,
    FeedModel,
    FetchModel,
    LlmModel,
    TopicModel,
)
from monitor.config.settings import ArchiveSettings, EmailSettings, FetchSettings, LlmSettings, Settings
from monitor.config.values import channel_addresses
from monitor.errors import ConfigError, ConfigProblem, ParseError
from monitor.model import ChannelAddress, Digest, Feed, Topic

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def load(path: Path, env: Mapping[str, str]) -> Settings:
    """The settings in the file at *path*; ConfigError with every mistake in file order."""
    document = read_document(_read(path), file=str(path), env=env)
    folder = _Folder(path.absolute().parent, env.get("HOME"))
    config = None
    feeds: list[Feed] = []
    notes: list[str] = []
    if document.is_readable:
        config = check_shape(document)
        check_presence(document)
        check_references(document)
        _check_paths(document, folder)
        feeds, notes = _load_opml(document, folder)
    if config is None or document.problems:
        raise ConfigError(in_file_order(document.problems))
    return _build(config, path.absolute(), folder, feeds, notes)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        message = "there is no such file: write one with `monitor init`, or name another with --config"
    except IsADirectoryError:
        message = "this is a folder: name the file in it"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise ConfigError((ConfigProblem(file=str(path), line=None, column=None, path="", message=message),))


class _Folder:
    """Turns paths as written into absolute ones."""

    def __init__(self, path: Path, home: str | None) -> None:
        self.path = path
        self.home = home

    def resolve(self, written: str) -> Path:
        if written.startswith("~/") and self.home:
            return Path(self.home) / written[2:]
        return self.path / written


def _check_paths(document: Document, folder: _Folder) -> None:
    for index, written in _texts(document, "corpus"):
        if not _exists(folder.resolve(written)):
            message = f"there is no file or folder {folder.resolve(written)}"
            document.add(("corpus", index), message)
    templates = document.data.get("templates") if isinstance(document.data, dict) else None
    if isinstance(templates, str) and templates.strip() and not _exists(folder.resolve(templates.strip()), is_dir=True):
        document.add(("templates",), f"there is no folder {folder.resolve(templates.strip())}")
    email = document.data.get("email") if isinstance(document.data, dict) else None
    ca_file = email.get("ca_file") if isinstance(email, dict) else None
    if isinstance(ca_file, str) and ca_file.strip() and not _exists(folder.resolve(ca_file.strip())):
        document.add(("email", "ca_file"), f"there is no file {folder.resolve(ca_file.strip())}")


def _exists(path: Path, *, is_dir: bool = False) -> bool:
    try:
        return path.is_dir() if is_dir else path.exists()
    except (OSError, ValueError):
        return False


def _texts(document: Document, key: str) -> Iterator[tuple[int, str]]:
    items = document.data.get(key) if isinstance(document.data, dict) else None
    if isinstance(items, list):
        yield from ((i, item.strip()) for i, item in enumerate(items) if isinstance(item, str) and item.strip())


def _load_opml(document: Document, folder: _Folder) -> tuple[list[Feed], list[str]]:
    feeds: list[Feed] = []
    notes: list[str] = []
    for index, written in _texts(document, "opml"):
        # Most configurations name no OPML file; they need no XML parser.
        from monitor.sources.opml import MAX_BYTES as MAX_OPML_BYTES
        from monitor.sources.opml import parse_opml

        path = folder.resolve(written)
        try:
            with path.open("rb") as file:
                parsed = parse_opml(file.read(MAX_OPML_BYTES + 1), name=str(path))
        except ParseError as error:
            document.add(("opml", index), f"{path}: {error.detail}")
        except FileNotFoundError:
            document.add(("opml", index), f"there is no file {path}")
        except (OSError, ValueError) as error:
            document.add(("opml", index), f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")
        else:
            feeds += parsed.feeds
            notes += [f"{written}: {problem}" for problem in parsed.problems]
    return feeds, notes


def _build(config: ConfigModel, path: Path, folder: _Folder, imported: list[Feed], notes: list[str]) -> Settings:
    topics = tuple(_topic(model) for model in config.topics)
    feeds, folded = _fold([*map(_feed, config.feeds), *imported])
    digests = config.digests
    if digests is None:
        digests = [DigestModel(id="daily", title="What is new", schedule=DEFAULT_SCHEDULE)]
    topic_ids = tuple(topic.id for topic in topics)
    return Settings(
        path=path,
        corpus=tuple(folder.resolve(written) for written in config.corpus),
        topics=topics,
        aliases=tuple(tuple(names) for names in config.aliases),
        feeds=feeds,
        digests=tuple(_digest(model, topic_ids, folder) for model in digests),
        email=_email(config.email, folder) if config.email else None,
        llm=_llm(config.llm) if config.llm else None,
        fetch=_fetch(config.fetch),
        archive=_archive(config.archive, folder) if config.archive else None,
        store=_store(config.store, folder),
        templates=folder.resolve(config.templates) if config.templates else None,
        public_url=config.public_url.rstrip("/") if config.public_url else None,
        opml=tuple(folder.resolve(written) for written in config.opml),
        notes=(*notes, *folded),
    )


def _topic(model: TopicModel) -> Topic:
    return Topic(
        id=model.id,
        title=model.title or model.id,
        learn=model.learn,
        any_terms=tuple(model.any),
        none_terms=tuple(model.none),
        threshold=model.threshold,
    )


def _feed(model: FeedModel) -> Feed:
    return Feed(
        url=model.url,
        title=model.title,
        kind=model.kind,
        every_s=None if model.every is None else max(1, round(model.every)),
        full_text=model.full_text,
        topic_ids=None if model.topics is None else tuple(model.topics),
        is_enabled=model.enabled,
        links=model.links,
        selector=model.selector,
    )


def _fold(feeds: Iterable[Feed]) -> tuple[tuple[Feed, ...], list[str]]:
    """The first feed of each address, and a note for each one left out.

    Compared as RFC 3986, 6.2.2.1 and 6.2.3 allow and no further: scheme and host in any case, the default port, an
    empty path. The looser key of articles (``text.urls.url_key``) would fold feeds that differ in a parameter.
    """
    first: dict[str, Feed] = {}
    notes = []
    for feed in feeds:
        kept = first.setdefault(_address_key(feed.url), feed)
        if kept is not feed:
            notes.append(f"{feed.url} is listed more than once: the first entry counts")
    return tuple(first.values()), notes


def _address_key(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return urlunsplit((parts.scheme, parts.netloc.lower().removesuffix(default), parts.path or "/", parts.query, ""))


def _digest(model: DigestModel, all_topics: tuple[str, ...], folder: _Folder) -> Digest:
    channels = [address for channel in model.deliver for address in _channels(channel, folder)]
    return Digest(
        id=model.id,
        title=model.title or model.id,
        topic_ids=all_topics if model.topics is None else tuple(dict.fromkeys(model.topics)),
        schedule=model.schedule,
        timezone=model.timezone,
        send_empty=model.empty == "send",
        language=model.language,
        channels=tuple(dict.fromkeys(channels)),
    )


def _channels(model: ChannelModel, folder: _Folder) -> tuple[ChannelAddress, ...]:
    if model.html is not None:
        return channel_addresses("html", [str(folder.resolve(model.html))])
    if model.email is not None:
        return channel_addresses("email", model.email)
    return channel_addresses("notify", model.notify or ())


def _email(model: EmailModel, folder: _Folder) -> EmailSettings:
    return EmailSettings(
        host=model.host,
        port=model.port or _PORTS[model.security],
        security=model.security,
        username=model.username,
        password=model.password,
        sender=model.sender,
        ca_file=folder.resolve(model.ca_file) if model.ca_file else None,
        unsubscribe=model.unsubscribe,
        unsubscribe_secret=model.unsubscribe_secret,
        at_most_once=model.at_most_once,
    )


def _llm(model: LlmModel) -> LlmSettings:
    return LlmSettings(url=model.url, model=model.model, key=model.key, timeout_s=model.timeout)


def _fetch(model: FetchModel) -> FetchSettings:
    return FetchSettings(
        contact=model.contact,
        timeout_s=model.timeout,
        max_bytes=model.max_bytes,
        per_host=model.per_host,
        concurrency=model.concurrency,
        robots=model.robots,
        allow_private=model.allow_private,
        allow_networks=tuple(model.allow_networks),
        max_age_s=round(model.max_age),
        host_gap_s=model.host_gap,
        proxy=model.proxy,
    )


def _archive(model: ArchiveModel, folder: _Folder) -> ArchiveSettings:
    return ArchiveSettings(folder=folder.resolve(model.folder), file_bytes=model.file_size)


def _store(address: str, folder: _Folder) -> str:
    scheme, marker, written = address.partition("sqlite:///")
    if scheme or not marker or written == ":memory:":
        return address
    name, question, options = written.partition("?")
    return f"sqlite:///{folder.resolve(name)}{question}{options}"
