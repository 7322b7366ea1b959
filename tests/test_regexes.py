"""Every regular expression of the package takes time in proportion to the text, whatever the text is.

The patterns are collected from the imported modules and from calls with a literal pattern. Each runs over long
repetitions of single characters, pairs, and its own literal words, with an ending that makes it fail. A pattern that
takes long is timed again at twice the length: what is linear takes twice as long, what is quadratic four times.
"""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import monitor

ROOT = Path(monitor.__file__).parent
SIZE = 2_000  # characters at first
QUICK_S = 0.003  # what takes less is not timed again: a linear search takes 0.02 to 1 ms
STEEPEST = 3.0  # times the CPU for twice the text; 2 is linear, 4 quadratic
FROM_THE_START = {"match", "fullmatch"}
SINGLE = "aA0 \t\n.,;:-_/\\<>()[]{}\"'&=@#|*%?!é中。ー年"
PAIRS = (
    "a ", "A ", "1 ", "a.", "1.", "1,", "a,", "a-", "a_", "/a", "//", "a:", " \n", "<a", "a<", "<>", '="', "(a", "()", "[]",
    "a=", "&a", "a;", "a|", "1a", "1:", "1年", "中 ", "中。", "@a", "--", "..", '" ', "A.", "Aa", "Aa ", "a b ", "1/1/", "Aa, ",
)  # fmt: skip
ENDINGS = ("", "\x00")


@cache
def modules() -> tuple[str, ...]:
    """The names of every module of the package."""
    found = pkgutil.walk_packages([str(ROOT)], prefix="monitor.")
    return tuple(m.name for m in found if not m.name.endswith("__main__") and ".migrations" not in m.name)


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def methods_by_name() -> dict[str, set[str]]:
    """Which methods of a pattern are called under each name, in the whole package."""
    used: dict[str, set[str]] = {}
    for module in modules():
        for node in ast.walk(ast.parse(file_of(module).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = node.value
                name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", None)
                if name:
                    used.setdefault(name, set()).add(node.attr)
    return used


def in_values(module: str) -> Iterator[tuple[str, re.Pattern, bool]]:
    """The compiled patterns among a module's values, also within tuples, lists and dicts of them."""
    for name, value in vars(importlib.import_module(module)).items():
        held = [value] if isinstance(value, re.Pattern) else []
        if isinstance(value, dict):
            held = [item for item in (*value, *value.values()) if isinstance(item, re.Pattern)]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = [part for item in value for part in (item if isinstance(item, tuple | list) else (item,))]
            held = [part for part in parts if isinstance(part, re.Pattern)]
        used = methods_by_name().get(name, set()) - {"pattern"}
        for pattern in held:
            yield f"{module}.{name}", pattern, bool(used) and used <= FROM_THE_START


def in_calls(module: str) -> Iterator[tuple[str, re.Pattern, bool]]:
    """The patterns that a module writes into the call of a function of ``re``."""
    for node in ast.walk(ast.parse(file_of(module).read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, literal = node.func.value, node.args[0]
        if isinstance(owner, ast.Name) and owner.id == "re" and isinstance(literal, ast.Constant):
            if isinstance(literal.value, str | bytes):
                flags = re.IGNORECASE if "IGNORECASE" in ast.dump(node) else 0
                is_fixed = node.func.attr in FROM_THE_START
                yield f"{module}:{node.lineno}", re.compile(literal.value, flags), is_fixed


@cache
def patterns() -> tuple[tuple[str, re.Pattern, bool], ...]:
    """All patterns once each, with where they stand and whether they are only tried at the start of a text."""
    found: dict[tuple[object, int], tuple[str, re.Pattern, bool]] = {}
    for module in modules():
        for place, pattern, is_fixed in (*in_values(module), *in_calls(module)):
            found.setdefault((pattern.pattern, pattern.flags), (place, pattern, is_fixed))
    return tuple(found.values())


def words_of(pattern: re.Pattern) -> set[str]:
    """The literal words that stand in a pattern's source."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return set(re.findall(r"(?<!\\)\b[^\W_]{2,12}\b", source)[:30])


def families(pattern: re.Pattern) -> Iterator[str]:
    """What is repeated: characters, pairs, the pattern's own words alone and parted by blanks."""
    yield from SINGLE
    yield from PAIRS
    yield from (f"{word} " for word in sorted(words_of(pattern)))


def text_of(unit: str, n_chars: int, ending: str) -> str:
    return unit * (n_chars // len(unit)) + ending


def seconds(pattern: re.Pattern, text: str, *, is_fixed: bool) -> float:
    """CPU time to look through a text."""
    subject = text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")
    started = time.process_time()
    if is_fixed:
        pattern.match(subject)
    else:
        for _ in pattern.finditer(subject):
            continue
    return time.process_time() - started


def growth(pattern: re.Pattern, unit: str, ending: str, *, is_fixed: bool) -> float:
    """How many times as long twice the text takes: the least of several measurements on each side."""
    one, two = (text_of(unit, n * SIZE, ending) for n in (2, 4))
    rounds = [(seconds(pattern, one, is_fixed=is_fixed), seconds(pattern, two, is_fixed=is_fixed)) for _ in range(3)]
    return min(long for _, long in rounds) / max(min(short for short, _ in rounds), 1e-9)


def steep(pattern: re.Pattern, *, is_fixed: bool) -> Iterator[tuple[str, float]]:
    for unit in families(pattern):
        for ending in ENDINGS:
            text = text_of(unit, SIZE, ending)
            if min(seconds(pattern, text, is_fixed=is_fixed) for _ in range(1)) > QUICK_S:
                factor = growth(pattern, unit, ending, is_fixed=is_fixed)
                if factor > STEEPEST:
                    yield f"{unit!r} repeated, then {ending!r}", factor
                    return


if __name__ == "__main__":
    t0 = time.time()
    print(len(patterns()), "patterns", time.time() - t0)
    for place, pattern, is_fixed in patterns():
        t1 = time.process_time()
        for found in steep(pattern, is_fixed=is_fixed):
            print(place, is_fixed, found, flush=True)
        t2 = time.process_time() - t1
        if t2 > 1.0:
            print("   slow", place, round(t2, 2), flush=True)
    print(time.time() - t0)
