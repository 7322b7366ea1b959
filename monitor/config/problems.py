"""Paths as people read them, and the nearest right word to a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeAlias

from monitor.errors import ConfigProblem

Step: TypeAlias = str | int


def format_path(path: tuple[Step, ...]) -> str:
    """*path* in the form ``feeds[3].every``; "" for the whole file."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


def suggest(word: str, right: Iterable[str]) -> str | None:
    """A question that names the nearest of *right*, None if none is near.

    0.6 is difflib's own cutoff: it takes one wrong or missing letter in words of four letters.
    """
    by_folded = {candidate.casefold(): candidate for candidate in right}
    near = difflib.get_close_matches(word[:100].casefold(), by_folded, n=1, cutoff=0.6)
    return f'did you mean "{by_folded[near[0]]}"?' if near else None


def in_file_order(problems: Iterable[ConfigProblem]) -> tuple[ConfigProblem, ...]:
    """*problems* sorted by line, column and path; those without a place first."""
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0, problem.path)))
