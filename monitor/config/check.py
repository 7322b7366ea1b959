"""Everything that is wrong with a document: its shape against the models, and what one part says of another.

The second half looks at plain values, not at models, so that one wrong key does not hide an unknown topic.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from monitor.config.document import Document, FromEnvironment
from monitor.config.problems import Step, suggest
from monitor.config.schema import ConfigModel, keys_at, section_of
from monitor.config.values import parse_duration

# An empty key would silently stand for its default.
_NO_VALUE = "has no value: write one, or remove it"
_MAX_SHOWN = 60
_LEAST_SEARCH_S = 3_600


def check_shape(document: Document) -> ConfigModel | None:
    """The document as a model; None when it does not fit, with the reasons added to its problems."""
    try:
        return ConfigModel.model_validate(document.data)
    except ValidationError as error:
        for mistake in error.errors(include_url=False, include_input=True):
            path = tuple(mistake["loc"])
            _add(document, path, mistake["type"], mistake["input"], mistake.get("ctx", {}), mistake["msg"])
        return None


def check_presence(document: Document) -> None:
    """Add every key and list item that has no value."""
    _add_empty(document, document.data, ())


def _add_empty(document: Document, value: object, path: tuple[Step, ...]) -> None:
    if value is None:
        document.add(path, _NO_VALUE)
    elif isinstance(value, dict):
        for key, child in value.items():
            _add_empty(document, child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _add_empty(document, child, (*path, index))


def _add(
    document: Document, path: tuple[Step, ...], kind: str, value: object, context: dict[str, object], message: str
) -> None:
    if kind == "missing":
        document.add(path, f"is missing: add `{path[-1]}:`")
    elif kind == "extra_forbidden":
        key = str(path[-1])
        right = keys_at(path[:-1])
        hint = suggest(key, right)
        home = section_of(key)
        if hint is None and home:
            hint = f'"{key}" belongs under {home}' if home != "the top level" else f'"{key}" belongs at the top level'
        document.add(path, f"is not a known key; known are {', '.join(right)}", hint, is_key=True)
    elif value is None:
        document.add(_known(document, path), _NO_VALUE)
    elif kind == "wrong_value":
        nearest = context.get("hint")
        document.add(_known(document, path), str(context["message"]), str(nearest) if nearest else None)
    elif kind == "too_short":
        least = context["min_length"]
        document.add(
            _known(document, path), "needs at least one item" if least == 1 else f"needs at least {least} items"
        )
    else:
        _add_wrong_form(document, _known(document, path), kind, value, message)


def _add_wrong_form(document: Document, path: tuple[Step, ...], kind: str, value: object, message: str) -> None:
    is_short = isinstance(value, str) and not isinstance(value, FromEnvironment) and len(value) <= _MAX_SHOWN
    keys = keys_at(path)
    hint = None
    if kind == "list_type":
        message = "must be a list: write [first, second], or one `- item` a line"
        hint = f'did you mean "[{value}]"?' if is_short else None
    elif keys:
        message = "must be a mapping of `key: value` lines"
        hint = f'did you mean "{keys[0]}: {value}"?' if is_short else None
    document.add(path, message, hint)


def _known(document: Document, path: tuple[Step, ...]) -> tuple[Step, ...]:
    """*path* without the steps that only the long form of a value has."""
    while path and path not in document.places:
        path = path[:-1]
    return path


def check_references(document: Document) -> None:
    """Add what is wrong between parts: repeated ids, topics and a mail server that do not exist, unclear channels."""
    root = document.data if isinstance(document.data, dict) else {}
    _check_ids(document, root, "topics")
    _check_ids(document, root, "digests")
    _check_topic_names(document, root)
    _check_feeds(document, root)
    for path, digest in _mappings(root, "digests"):
        for index, channel in enumerate(_items(digest.get("deliver"))):
            _check_channel(document, (*path, "deliver", index), channel, has_email=root.get("email") is not None)
    email = root.get("email")
    if isinstance(email, dict) and ("username" in email) != ("password" in email):
        document.add(("email",), "username and password belong together: write both or none")
    if isinstance(email, dict) and "unsubscribe_secret" in email and "public_url" not in root:
        document.add(("email", "unsubscribe_secret"), "needs `public_url`, the address of what takes the click")


def _check_ids(document: Document, root: dict[str, object], section: str) -> None:
    first: dict[str, int] = {}
    for path, item in _mappings(root, section):
        name = item.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            line = document.places[(section, first[name], "id")][0]
            document.add((*path, "id"), f'the id "{name}" is taken by line {line}: every id must be its own')
        else:
            first[name] = int(path[1])


def _check_feeds(document: Document, root: dict[str, object]) -> None:
    for path, feed in _mappings(root, "feeds"):
        kind = feed.get("kind", "auto")
        for key in ("links", "selector"):
            if key in feed and kind != "page":
                document.add((*path, key), "picks links of a web page: write `kind: page` too", is_key=True)
        if kind == "search" and _is_shorter(feed.get("every"), _LEAST_SEARCH_S):
            document.add((*path, "every"), "a search engine is asked once an hour at most: write 1h or more")


def _is_shorter(every: object, least_s: float) -> bool:
    """True for a length of time below *least_s*; False too for what is none, which is another mistake."""
    try:
        return parse_duration(every, least_s=1) < least_s
    except ValueError:
        return False


def _check_topic_names(document: Document, root: dict[str, object]) -> None:
    topics = _items(root.get("topics"))
    names = [topic["id"] for topic in topics if isinstance(topic, dict) and isinstance(topic.get("id"), str)]
    if len(names) < len(topics):
        # A topic without an id is a problem of its own; every use of it would only repeat it.
        return
    for section in ("feeds", "digests"):
        for path, item in _mappings(root, section):
            for index, name in enumerate(_items(item.get("topics"))):
                if isinstance(name, str) and name not in names:
                    known = f"known are {', '.join(names)}" if names else "there are no topics"
                    document.add((*path, "topics", index), f'there is no topic "{name}"; {known}', suggest(name, names))


def _check_channel(document: Document, path: tuple[Step, ...], channel: object, *, has_email: bool) -> None:
    if not isinstance(channel, dict):
        return
    if len(channel) != 1:
        document.add(path, "must have exactly one key: html, email or notify, each behind a dash of its own")
    if "email" in channel and not has_email:
        document.add((*path, "email"), "needs a mail server: add `email: {host: ..., from: ...}` at the top level")


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mappings(root: dict[str, object], section: str) -> Iterator[tuple[tuple[str, int], dict[str, object]]]:
    for index, item in enumerate(_items(root.get(section))):
        if isinstance(item, dict):
            yield (section, index), item
