"""Commands and options in the documentation are those of the program."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from monitor.cli.main import cli
from tests.docs.pages import ROOT, all_pages, page

COMMANDS = page("docs/commands.md")
GLOBAL = "Options of every command"


def tree(command: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command and group by its words."""
    found = {path: command}
    for name, child in getattr(command, "commands", {}).items():
        found |= tree(child, (*path, name))
    return found


TREE = tree(cli)


def is_argument(parameter: Any) -> bool:
    return type(parameter).__name__.endswith("Argument")


def options_of(command: Any) -> set[str]:
    return {name for each in command.params if not is_argument(each) for name in (*each.opts, *each.secondary_opts)}


@pytest.mark.parametrize("path", TREE, ids=lambda path: " ".join(path) or "monitor")
def test_a_section_has_exactly_the_options_of_its_command(path):
    section = COMMANDS.section(f"monitor {' '.join(path)}" if path else GLOBAL).own()
    documented = {code.split(" ")[0] for row in section.rows for code in re.findall(r"`([^`]+)`", row[0])}
    assert {name for name in documented if name.startswith("-")} == options_of(TREE[path])


@pytest.mark.parametrize("path", [path for path in TREE if path], ids=" ".join)
def test_a_section_has_the_arguments_of_its_command(path):
    section = COMMANDS.section(f"monitor {' '.join(path)}").own()
    documented = {row[0].strip("`").replace("\\|", "|") for row in section.rows if not row[0].startswith("`-")}
    assert documented == {each.metavar or each.name.upper() for each in TREE[path].params if is_argument(each)}


def test_no_section_is_about_a_command_that_does_not_exist():
    titled = [tuple(title.split()[1:]) for title in COMMANDS.titles if title.startswith("monitor ")]
    assert sorted(titled) == sorted(path for path in TREE if path)


def test_formats_of_an_edition_are_listed():
    from monitor.render import RENDERERS

    cells = [row[1] for row in COMMANDS.section("monitor digest").rows if row[0].startswith("`--format")]
    assert set(RENDERERS) <= set(re.findall(r"`(\w+)`", cells[0]))


def invocations() -> list[tuple[str, str]]:
    """Every line that calls the program, in code blocks and in backticks, with its page."""
    found = []
    for here in all_pages():
        lines = [line for language, block in here.blocks if language in ("sh", "") for line in block.splitlines()]
        for text in [*lines, *here.code]:
            if re.match(r"monitor [A-Z\[]", text):
                continue
            for part in re.split(r"&&|\||>", text):
                words = re.match(r"\s*(?:[\d*\s]*cd \S+\s*)?(?:\S*/bin/)?monitor (.+)$", part)
                if words and not part.strip().startswith("monitor/"):
                    found.append((here.name, words[1].strip()))
    return found


@pytest.mark.parametrize(("where", "line"), invocations())
def test_every_invocation_names_a_command_and_its_options(where, line):
    words = shlex.split(line, comments=True)
    path: tuple[str, ...] = ()
    takes_value = {name for each in cli.params if not getattr(each, "is_flag", False) for name in each.opts}
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            assert word in options_of(TREE[path]) | {"--help"}, f"{where}: {line!r} has no option {word}"
            skip = not path and word in takes_value
        elif (*path, word) in TREE:
            path = (*path, word)
        elif not path:
            assert word == "COMMAND", f"{where}: no command {word!r}"
            return
    assert path, f"{where}: no command in {line!r}"


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set()
    for here in all_pages():
        texts = [
            *here.code,
            *(line for language, block in here.blocks if language == "sh" for line in block.splitlines()),
        ]
        named |= {match[1] for text in texts if (match := re.match(r"make ([a-z-]+)", text))}
    assert {"run", "test", "check", "demo"} <= named
    assert named <= targets


def test_exit_statuses_are_those_of_the_program():
    from monitor import cli as package

    text = COMMANDS.text.partition("## ")[0]
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert documented == {package._OK, package._FAILED, package._WRONG, package._INTERRUPTED}
