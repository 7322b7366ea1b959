"""The documentation as data: pages with their headings, code blocks, tables, links and inline code."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Page:
    """One Markdown file. ``prose`` is the text without its code blocks."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def prose(self) -> str:
        return _FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Code blocks as language and content."""
        return _FENCE.findall(self.text)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(_CODE.sub("", self.prose))

    @property
    def code(self) -> list[str]:
        """What stands in single backticks."""
        return _CODE.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        return {anchor_of(title) for _, title in _HEADING.findall(self.prose)}

    @property
    def _outline(self) -> str:
        """The text with code blocks blanked out, every heading at its place."""
        return _FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), self.text)

    def section(self, title: str) -> Page:
        """The part under a heading, up to the next heading of the same or a higher level."""
        found = list(_HEADING.finditer(self._outline))
        for place, match in enumerate(found):
            if match[2] == title:
                ends = [later.start() for later in found[place + 1 :] if len(later[1]) <= len(match[1])]
                return Page(self.path, self.text[match.end() : ends[0] if ends else len(self.text)])
        raise AssertionError(f"{self.name} has no section {title!r}")

    def own(self) -> Page:
        """The text before the first heading."""
        found = _HEADING.search(self._outline)
        return Page(self.path, self.text[: found.start()] if found else self.text)

    @property
    def titles(self) -> list[str]:
        return [title for _, title in _HEADING.findall(self.prose)]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of all table rows but headers and rules."""
        lines = [line for line in self.prose.splitlines() if line.startswith("|")]
        cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
        rules = {place for place, row in enumerate(cells) if set("".join(row)) <= set("- :")}
        return [row for place, row in enumerate(cells) if place not in rules and place + 1 not in rules]


def anchor_of(title: str) -> str:
    """The anchor that GitHub gives to a heading."""
    kept = "".join(char for char in title.lower() if char in "-_ " or unicodedata.category(char)[0] in "LN")
    return kept.strip().replace(" ", "-")


def names_in(cell: str) -> list[str]:
    """The names in a table cell: the first word of everything in backticks."""
    return [re.split(r"[ (]", code)[0] for code in _CODE.findall(cell)]


@cache
def page(name: str) -> Page:
    """The page at a path from the top of the project."""
    return Page(ROOT / name, (ROOT / name).read_text(encoding="utf-8"))


def all_pages() -> list[Page]:
    return [page(str(path.relative_to(ROOT))) for path in PAGES]
