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
SIZES = (20, 250, 5_000)  # characters; the smaller ones first, since a bad pattern takes minutes over a long text
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
def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


def is_only_matched(module: str, name: str) -> bool:
    """True if the pattern is only ever tried at the start of a text. One that no module uses is not."""
    for places in ((module,), modules()):
        nodes = (node for place in places for node in ast.walk(tree_of(place)) if isinstance(node, ast.Attribute))
        methods = {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == name}
        if methods - {"pattern"}:
            return methods - {"pattern"} <= FROM_THE_START
    return False


def in_values(module: str) -> Iterator[tuple[str, re.Pattern, bool]]:
    """The compiled patterns among a module's values, also within tuples, lists and dicts of them."""
    for name, value in vars(importlib.import_module(module)).items():
        held = [value] if isinstance(value, re.Pattern) else []
        if isinstance(value, dict):
            held = [item for item in (*value, *value.values()) if isinstance(item, re.Pattern)]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = [part for item in value for part in (item if isinstance(item, tuple | list) else (item,))]
            held = [part for part in parts if isinstance(part, re.Pattern)]
        for pattern in held:
            yield f"{module}.{name}", pattern, is_only_matched(module, name)


def in_calls(module: str) -> Iterator[tuple[str, re.Pattern, bool]]:
    """The patterns that a module writes into the call of a function of ``re``."""
    for node in ast.walk(tree_of(module)):
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
        pattern.fullmatch(subject)
    else:
        for _ in pattern.finditer(subject):
            continue
    return time.process_time() - started


def growth(pattern: re.Pattern, unit: str, ending: str, n_chars: int, *, is_fixed: bool) -> float:
    """How many times as long twice the text takes: the least of several measurements on each side."""
    one, two = text_of(unit, n_chars, ending), text_of(unit, 2 * n_chars, ending)
    rounds = [(seconds(pattern, one, is_fixed=is_fixed), seconds(pattern, two, is_fixed=is_fixed)) for _ in range(4)]
    return min(long for _, long in rounds) / min(short for short, _ in rounds)


def find_steep(pattern: re.Pattern, *, is_fixed: bool) -> str | None:
    """A kind of text on which the pattern is worse than linear, None if there is none among the families."""
    for unit in families(pattern):
        for ending in ENDINGS if len(unit) == 1 else ENDINGS[-1:]:
            for n_chars in SIZES:
                text = text_of(unit, n_chars, ending)
                spent = seconds(pattern, text, is_fixed=is_fixed)
                if spent > QUICK_S:
                    spent = min(spent, *(seconds(pattern, text, is_fixed=is_fixed) for _ in range(2)))
                if spent > QUICK_S and n_chars == SIZES[0]:
                    return f"{unit!r} repeated to {n_chars} characters, then {ending!r}: {spent:.3f} s"
                if spent > QUICK_S:
                    factor = growth(pattern, unit, ending, n_chars, is_fixed=is_fixed)
                    for _ in range(3):  # a busy machine makes one measurement wrong, not every one
                        if factor > STEEPEST:
                            factor = min(factor, growth(pattern, unit, ending, n_chars, is_fixed=is_fixed))
                    if factor > STEEPEST:
                        return (
                            f"{unit!r} repeated to {n_chars} characters, then {ending!r}: {factor:.1f} times for twice"
                        )
                    break
    return None


@pytest.mark.slow
@pytest.mark.long
def test_no_pattern_takes_more_than_its_share_for_a_longer_text() -> None:
    found = {place: find_steep(pattern, is_fixed=is_fixed) for place, pattern, is_fixed in patterns()}
    assert not {place: text for place, text in found.items() if text}


def test_the_patterns_of_every_part_are_found() -> None:
    places = [place for place, _, _ in patterns()]
    parts = {place.split(".")[1].partition(":")[0] for place in places}
    assert {"config", "fetch", "render", "sources", "stages", "text"} <= parts
    assert len(places) > 200


@pytest.mark.parametrize("source", ["(a+)+$", "a+b", r"\s*x", "a*a*b", r"<[^>]*>"])
def test_a_pattern_that_is_not_linear_is_seen(source: str) -> None:
    assert find_steep(re.compile(source), is_fixed=False) is not None
