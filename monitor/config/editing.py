"""Feeds put into and taken out of the text of feeds.yaml; every other byte of it stays.

ruamel.yaml tells where things stand; the lines are cut and pasted here, since a file that is written back by any
library comes out with other indents, quotes and breaks. Adding feeds and removing them again gives the same bytes. Every
edit is read again and compared value by value, so that an odd file (anchors, tags, a feed in a block of text) is
refused instead of damaged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import UsageError
from monitor.model import Feed

_INDENT = "  "
_PLAIN = re.compile(r"[A-Za-z0-9\u00c0-\ud7ff][^\x00-\x1f\x7f-\x9f#\"'`,\[\]{}\u2028\u2029\ufeff]{0,500}")
_NOT_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """Where ``feeds`` stands: its key and value, and whether it is the last key of the file."""

    key: ScalarNode
    value: SequenceNode
    is_last: bool


def add_feeds(text: str, feeds: Sequence[Feed]) -> str:
    """*text* with *feeds* behind those that it has, in the style of the list.

    UsageError if the file is written in a way that cannot be changed safely; then it must be edited by hand.
    """
    if not feeds:
        return text
    wanted = _values(text)
    wanted["feeds"] = [*(wanted.get("feeds") or []), *(_value(feed) for feed in feeds)]
    place = _find_list(text)
    if place is None:
        edited = _append_list(text, feeds)
    elif _is_plain_empty(text, place):
        edited = _open_list(text, place, feeds)
    elif place.value.flow_style:
        edited = _add_in_brackets(text, place.value, feeds)
    else:
        edited = _add_lines(text, place.value, feeds)
    return _proved(edited, wanted)


def remove_feed(text: str, index: int) -> str:
    """*text* without the feed at *index* (from 0) and without the comment that is its own.

    A comment is its own if both stand between blank lines. UsageError as for ``add_feeds``.
    """
    wanted = _values(text)
    del wanted["feeds"][index]
    place = _find_list(text)
    if place is None:
        raise UsageError("the file has no list of feeds")
    if place.value.flow_style:
        edited = _remove_in_brackets(text, place.value, index)
    elif len(place.value.value) == 1:
        edited = _close_list(text, place)
        if not wanted["feeds"] and "feeds" not in _values(edited):
            del wanted["feeds"]
    else:
        edited = _remove_lines(text, place.value, index)
    return _proved(edited, wanted)


def compose_feed(feed: Feed, *, indent: str = "", newline: str = "\n") -> str:
    """The lines of one list item, without the last line end: the address alone, or keys that differ from the default."""
    value = _value(feed)
    if isinstance(value, str):
        return f"{indent}- {_scalar(value)}"
    lines = [f"{key}: {_scalar(item)}" for key, item in value.items()]
    return newline.join(f"{indent}{'- ' if number == 0 else _INDENT}{line}" for number, line in enumerate(lines))


# --- what stands where ---------------------------------------------------------------------------------


def _values(text: str) -> dict[str, Any]:
    try:
        values = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError) as error:
        raise UsageError(f"the file cannot be read as YAML: {error}") from error
    if not isinstance(values, dict):
        raise UsageError("the file is no mapping of `key: value` lines")
    return values


def _find_list(text: str) -> _List | None:
    """The list of feeds; None if the file has no such key. UsageError if it is not a list."""
    root = YAML(typ="safe", pure=True).compose(text)
    if not isinstance(root, MappingNode) or root.flow_style:
        raise UsageError("the file is written in braces: add feeds to it by hand")
    for number, (key, value) in enumerate(root.value):
        if key.value == "feeds":
            if not isinstance(value, SequenceNode):
                raise UsageError("`feeds` is no list: edit it by hand")
            return _List(key=key, value=value, is_last=number == len(root.value) - 1)
    return None


def _proved(edited: str, wanted: dict[str, Any]) -> str:
    """*edited*, if it says what is wanted and nothing else changed."""
    try:
        is_right = _values(edited) == wanted
    except UsageError:
        is_right = False
    if not is_right:
        raise UsageError("the list of feeds is written in a way that cannot be changed safely: edit it by hand")
    return edited


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """Behind the line end of the line at *index*."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _line_above(text: str, start: int) -> str | None:
    """The line that ends where a line begins at *start*, without blanks at its ends; None at the top."""
    return text[_line_start(text, start - 1) : start].strip() if start > 0 else None


def _line_below(text: str, end: int) -> str | None:
    return text[end : _line_end(text, end)].strip() if end < len(text) else None


def _content_end(text: str, node: Node) -> int:
    """Behind the last character of *node*; its end mark may stand behind blank lines and comments."""
    if not isinstance(node, SequenceNode | MappingNode) or node.flow_style or not node.value:
        end: int = node.end_mark.index
        while text[end - 1] in " \t\r\n":
            end -= 1
        return end
    last = node.value[-1]
    return _content_end(text, last[1] if isinstance(node, MappingNode) else last)


def _item_lines(text: str, sequence: SequenceNode, index: int) -> tuple[int, int]:
    """The lines of an item of a block list: from the start of the line of its dash to behind its last line."""
    item = sequence.value[index]
    start = _line_start(text, item.start_mark.index)
    dash = " " * sequence.start_mark.column + "-"
    while not text.startswith(dash, start) and start > 0:
        start = _line_start(text, start - 1)
    return start, _line_end(text, _content_end(text, item))


def _comments_above(text: str, start: int) -> int:
    """The start of the comment lines that stand directly above *start*."""
    while (above := _line_above(text, start)) is not None and above.startswith("#"):
        start = _line_start(text, start - 1)
    return start


# --- adding --------------------------------------------------------------------------------------------


def _append_list(text: str, feeds: Sequence[Feed]) -> str:
    newline = _newline(text)
    lines = newline.join(["feeds:", *(compose_feed(feed, indent=_INDENT, newline=newline) for feed in feeds)])
    return f"{text}{lines}{newline}" if text.endswith("\n") else f"{text}{newline}{lines}"


def _is_plain_empty(text: str, place: _List) -> bool:
    """True for ``feeds: []`` in exactly these characters."""
    start = place.key.end_mark.index
    return not place.value.value and text[start : place.value.end_mark.index] == ": []"


def _open_list(text: str, place: _List, feeds: Sequence[Feed]) -> str:
    """``feeds: []`` as a list of lines.

    Without an indent where the key is the last: by the indent ``_close_list`` tells it from a list that was appended.
    """
    newline = _newline(text)
    indent = "" if place.is_last else _INDENT
    start = place.key.end_mark.index + 1
    end = _line_end(text, start)
    line = text[start + 3 : end]
    lines = newline.join(compose_feed(feed, indent=indent, newline=newline) for feed in feeds)
    has_end = line.endswith("\n")
    return (
        text[:start] + (line if has_end else line + newline) + (f"{lines}{newline}" if has_end else lines) + text[end:]
    )


def _add_in_brackets(text: str, sequence: SequenceNode, feeds: Sequence[Feed]) -> str:
    items = [_json(_value(feed)) for feed in feeds]
    if not sequence.value:
        start = sequence.start_mark.index + 1
        return text[:start] + ", ".join(items) + text[start:]
    end = _content_end(text, sequence.value[-1])
    return text[:end] + "".join(f", {item}" for item in items) + text[end:]


def _add_lines(text: str, sequence: SequenceNode, feeds: Sequence[Feed]) -> str:
    newline = _newline(text)
    indent = " " * sequence.start_mark.column
    start, end = _item_lines(text, sequence, len(sequence.value) - 1)
    is_spaced = _line_above(text, _comments_above(text, start)) == ""
    parts = [(newline if is_spaced else "") + compose_feed(feed, indent=indent, newline=newline) for feed in feeds]
    lines = newline.join(parts)
    if text[:end].endswith("\n"):
        return f"{text[:end]}{lines}{newline}{text[end:]}"
    return f"{text}{newline}{lines}"


# --- removing ------------------------------------------------------------------------------------------


def _remove_in_brackets(text: str, sequence: SequenceNode, index: int) -> str:
    items = sequence.value
    if index > 0:
        start, end = _content_end(text, items[index - 1]), _content_end(text, items[index])
    elif len(items) > 1:
        start, end = items[0].start_mark.index, items[1].start_mark.index
    else:
        start, end = items[0].start_mark.index, _content_end(text, items[0])
    return text[:start] + text[end:]


def _close_list(text: str, place: _List) -> str:
    """Without its only feed the list is ``[]``; one that stands at the end of the file goes with its key."""
    start, end = _item_lines(text, place.value, 0)
    key_start, key_end = place.key.start_mark.index, place.key.end_mark.index
    is_bare = text[key_start:start].split() == ["feeds:"]
    if place.is_last and end == len(text) and is_bare and place.value.start_mark.column > place.key.start_mark.column:
        return _cut(text, key_start, end)
    emptied = _cut(text, start, end)
    return f"{emptied[: key_end + 1]} []{emptied[key_end + 1 :]}"


def _remove_lines(text: str, sequence: SequenceNode, index: int) -> str:
    start, end = _item_lines(text, sequence, index)
    comments = _comments_above(text, start)
    is_last = index == len(sequence.value) - 1
    below = _line_below(text, end)
    if _line_above(text, comments) == "" and (not below or is_last):
        start = comments
    if _line_above(text, start) == "" and (not below or is_last):
        start = _line_start(text, start - 1)
    return _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> str:
    """Without the lines from *start* to *end*; if the last line had no line end, the one above has none either."""
    kept = text[:start]
    if end == len(text) and not text.endswith("\n"):
        kept = kept.removesuffix("\n").removesuffix("\r")
    return kept + text[end:]


# --- values --------------------------------------------------------------------------------------------


def _value(feed: Feed) -> str | dict[str, Any]:
    """What the file says of *feed*: its address, or a mapping with what is not the default; ``${`` is escaped."""
    keys: dict[str, Any] = {"url": feed.url, "title": feed.title}
    keys |= {"kind": None if feed.kind == "auto" else feed.kind, "every": _duration(feed.every_s)}
    keys |= {"links": feed.links, "selector": feed.selector}
    value: dict[str, Any] = {
        key: item.replace("${", "$${") for key, item in keys.items() if isinstance(item, str) and item
    }
    if not feed.full_text:
        value["full_text"] = False
    if feed.topic_ids is not None:
        value["topics"] = list(feed.topic_ids)
    if not feed.is_enabled:
        value["enabled"] = False
    return str(value["url"]) if len(value) == 1 else value


def _duration(seconds: int | None) -> str | None:
    """``7200`` as ``2h``; None stays None."""
    if seconds is None:
        return None
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _scalar(value: object) -> str:
    """*value* as it stands behind ``key: ``; text without quotes where YAML reads it as the same text."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and _reads_as_itself(value):
        return value
    return _json(value)


def _json(value: object) -> str:
    """*value* as JSON, which is YAML too but for a few characters that must be escaped there."""
    written = json.dumps(value, ensure_ascii=False)
    return _NOT_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _reads_as_itself(text: str) -> bool:
    try:
        return bool(YAML(typ="safe", pure=True).load(StringIO(f"- {text}\n- k: {text}\n")) == [text, {"k": text}])
    except (YAMLError, ValueError):
        return False
