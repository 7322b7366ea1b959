"""YAML bytes -> plain values, and the place of each.

ruamel.yaml parses as far as nodes (YAML 1.2: ``NO`` and ``12:30`` are text); the values are made here, since a node
knows its line and column and its constructors would stop at the first mistake. A value from the environment
becomes ``FromEnvironment``: text that may also stand for a number or a switch, and that no message repeats.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from monitor.config.problems import Step, format_path
from monitor.config.wording import explain_syntax
from monitor.errors import ConfigProblem

# 2,000 feeds with title and interval are 140 kB and take about a second; nobody writes 4 MB by hand.
MAX_BYTES = 4_000_000
# Aliases repeat what they point to, so nine lines of them can stand for a billion values.
MAX_VALUES = 300_000
MAX_DEPTH = 50

# Python refuses to print integers of more than 4,300 digits; no setting needs 20.
_MAX_NUMBER_CHARS = 30

_VARIABLE = re.compile(r"\$?\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
# YAML 1.2.2, production 1, c-printable, is what may stand in a stream.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STANDARD_TAG = "tag:yaml.org,2002:"


class FromEnvironment(str):
    """Text in which a variable was replaced; its content may be a secret."""

    __slots__ = ()


@dataclass(slots=True)
class Document:
    """The values of a file; ``places`` and ``key_places`` give line and column, from 1, by path.

    ``is_readable`` is False when there are no values to look at, only ``problems``. ``spoilt`` are the paths of
    values that could not be made: whatever else was said of them would be about the wrong thing.
    """

    file: str
    data: object = None
    is_readable: bool = False
    places: dict[tuple[Step, ...], tuple[int, int]] = field(default_factory=dict)
    key_places: dict[tuple[Step, ...], tuple[int, int]] = field(default_factory=dict)
    problems: list[ConfigProblem] = field(default_factory=list)
    spoilt: set[tuple[Step, ...]] = field(default_factory=set)

    def add(self, path: tuple[Step, ...], message: str, hint: str | None = None, *, is_key: bool = False) -> None:
        """Note a mistake at the value (or the key) at *path*, or at the nearest thing around it that is there."""
        if path in self.spoilt:
            return
        place = self.key_places.get(path) if is_key else None
        known = path
        while place is None and known not in self.places and known:
            known = known[:-1]
        self.add_at(place or self.places.get(known), path, message, hint)

    def add_at(
        self, place: tuple[int, int] | None, path: tuple[Step, ...], message: str, hint: str | None = None
    ) -> None:
        """Note a mistake at a line and column."""
        line, column = place or (None, None)
        problem = ConfigProblem(
            file=self.file, line=line, column=column, path=format_path(path), message=message, hint=hint
        )
        if problem not in self.problems:
            self.problems.append(problem)


def read_document(body: bytes, *, file: str, env: Mapping[str, str]) -> Document:
    """The values in *body* with their places; mistakes are in ``problems``, none is raised."""
    document = Document(file=file)
    text = _decode(body, document)
    if text is None:
        return document
    root = _compose(text, document)
    if root is None:
        return document
    _Builder(document, text, env).build_root(root)
    return document


def _decode(body: bytes, document: Document) -> str | None:
    if len(body) > MAX_BYTES:
        document.add_at(
            (1, 1), (), f"the file has {len(body):,} bytes, at most {MAX_BYTES:,} are read: move feeds into OPML files"
        )
        return None
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig", "replace")
        document.add_at(_place_after(before), (), "this is not UTF-8: save the file with the encoding UTF-8")
        return None
    odd = _UNPRINTABLE.search(text)
    if odd:
        document.add_at(
            _place_after(text[: odd.start()]), (), f"the control character U+{ord(odd[0]):04X} stands here: delete it"
        )
        return None
    return text


def _place_after(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _compose(text: str, document: Document) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        is_open_quote = error.context == "while scanning a quoted scalar"
        mark = error.context_mark if is_open_quote else error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.add_at(place, (), explain_syntax(error.context, error.problem, _line(text, place[0]), place[1]))
        return None
    except RecursionError:
        document.add_at((1, 1), (), f"brackets are nested deeper than {MAX_DEPTH} levels")
        return None
    except (
        YAMLError,
        ValueError,
        AttributeError,
        TypeError,
        LookupError,
        AssertionError,
        NotImplementedError,
    ) as error:
        # The parser fails with foreign exceptions on some malformed directives and tags.
        document.add_at((1, 1), (), f"this is not YAML: {error}")
        return None
    if root is None:
        document.add_at((1, 1), (), "the file is empty: it needs at least `topics:` with one topic")
    return root


def _line(text: str, number: int) -> str:
    lines = text.split("\n", number)
    return lines[number - 1] if number <= len(lines) else ""


class _Builder:
    """Walks the nodes once; fills ``data``, ``places`` and ``problems`` of one document."""

    def __init__(self, document: Document, text: str, env: Mapping[str, str]) -> None:
        self.document = document
        self.text = text
        self.env = env
        self.n_values = 0
        self.is_whole = True
        self.above: list[Node] = []

    def build_root(self, root: Node) -> None:
        if not isinstance(root, MappingNode):
            self.document.places[()] = _place(root)
            message = "the file must be a list of `key: value` lines, the first of them `topics:`"
            self.document.add((), message)
            return
        self.document.data = self._build(root, ())
        self.document.is_readable = self.is_whole

    def _build(self, node: Node, path: tuple[Step, ...]) -> object:
        self.document.places[path] = _place(node)
        if node in self.above:
            self.document.add(path, "this alias stands inside what it points to: write the value instead")
            self.document.spoilt.add(path)
            return None
        self.n_values += 1
        if len(path) > MAX_DEPTH:
            self.document.add(path[:4], f"this is nested deeper than {MAX_DEPTH} levels")
            self.is_whole = False
            return None
        if self.n_values > MAX_VALUES:
            if self.is_whole:
                self.is_whole = False
                self.document.add(path[:4], f"the file stands for more than {MAX_VALUES:,} values: use fewer aliases")
            return None
        tag = str(node.tag)
        if not tag.startswith(_STANDARD_TAG) and tag != "!":
            self.document.add(path, f"the tag {tag} means nothing here: remove it")
        if isinstance(node, ScalarNode):
            return self._build_scalar(node, path)
        self.above.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._build_mapping(node, path)
            return [self._build(child, (*path, index)) for index, child in enumerate(node.value)]
        finally:
            self.above.pop()

    def _build_mapping(self, node: MappingNode, path: tuple[Step, ...]) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self.document.add_at(_place(key_node), path, "a key must be plain text, not a list or a mapping")
                continue
            key = key_node.value
            here = (*path, key)
            if key in values:
                first = self.document.key_places[here][0]
                self.document.add_at(
                    _place(key_node), here, f"this key stands here a second time, first in line {first}: keep one"
                )
                continue
            self.document.key_places[here] = _place(key_node)
            values[key] = self._build(value_node, here)
            if value_node.start_mark.index == value_node.end_mark.index:
                # The parser puts a value that is not there after the blank lines and comments that follow.
                self.document.places[here] = _place(key_node)
        return values

    def _build_scalar(self, node: ScalarNode, path: tuple[Step, ...]) -> object:
        value: str = node.value
        kind = str(node.tag).removeprefix(_STANDARD_TAG)
        if node.style is None and kind != "str":
            return _plain_value(kind, value)
        return self._substitute(value, node, path) if "${" in value else value

    def _substitute(self, value: str, node: ScalarNode, path: tuple[Step, ...]) -> str:
        start = node.start_mark.index
        n_seen = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal n_seen, start
            raw = self.text.find(match[0], start, node.end_mark.index)
            place = _place(node) if raw < 0 else _place_after(self.text[:raw])
            start = raw + len(match[0]) if raw >= 0 else start
            if match[0].startswith("$$"):
                return match[0][1:]
            n_seen += 1
            return self._look_up(match, place, path)

        replaced = _VARIABLE.sub(replace, value)
        return FromEnvironment(replaced) if n_seen else replaced

    def _look_up(self, match: re.Match[str], place: tuple[int, int], path: tuple[Step, ...]) -> str:
        name, default = match[1], match[2]
        if name is None:
            message = "`${` must be followed by a name: write ${NAME}, ${NAME:-default}, or $${ for the characters"
            self.document.add_at(place, path, message)
            self.document.spoilt.add(path)
            return match[0]
        if default is not None:
            return self.env.get(name) or default
        if name not in self.env:
            self.document.add_at(
                place, path, f"the environment variable {name} is not set: set it, or write ${{{name}:-default}}"
            )
            self.document.spoilt.add(path)
            return match[0]
        return self.env[name]


def _place(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain_value(kind: str, value: str) -> object:
    """What an unquoted word means; a number that Python cannot hold stays text."""
    bare = value.replace("_", "")
    if len(bare) > _MAX_NUMBER_CHARS:
        return value
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return {"true": True, "false": False}.get(value.lower(), value)
            case "int":
                return int(bare) if bare.lstrip("+-").isdecimal() else int(bare, 0)
            case "float":
                return float(bare.lower().replace(".inf", "inf").replace(".nan", "nan"))
            case _:
                return value
    except ValueError:
        return value
