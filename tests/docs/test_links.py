"""Links, anchors, pictures and file names in the documentation lead somewhere."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import PAGES, ROOT, Page, all_pages, anchor_of, page

PLACES = ("monitor/", "tests/", "docs/", "templates/", "seeds/", "benchmarks/")
FILES = ("feeds.yaml", "Makefile", "LICENSE", "pyproject.toml", "uv.lock", "README.md", "CHANGELOG.md")

every_page = pytest.mark.parametrize("name", [str(path.relative_to(ROOT)) for path in PAGES])


@every_page
def test_every_relative_link_and_anchor_resolves(name):
    here = page(name)
    broken = []
    for link in here.links:
        if re.match(r"https?:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (here.path.parent / target).resolve() if target else here.path
        if not path.is_file() or (anchor and anchor not in Page(path, path.read_text(encoding="utf-8")).anchors):
            broken.append(link)
    assert broken == []


@every_page
def test_every_file_named_in_backticks_exists(name):
    named = [code for code in page(name).code if code.startswith(PLACES) or code in FILES]
    assert [path for path in named if "<" not in path and not (ROOT / path).exists()] == []


def test_every_page_is_listed_in_the_index():
    listed = {(ROOT / "docs" / link).resolve() for link in page("docs/index.md").links}
    assert [
        path.name for path in PAGES if ROOT / "docs" in path.parents and path.name != "index.md" and path not in listed
    ] == []


def test_pictures_are_small():
    assert [path.name for path in (ROOT / "docs").rglob("*.png") if path.stat().st_size > 150_000] == []


def test_layout_names_every_part_of_the_package():
    documented = set(page("docs/architecture.md").section("Layout").code)
    parts = {
        f"monitor/{path.name}{'/' if path.is_dir() else ''}"
        for path in (ROOT / "monitor").iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert parts - documented == set()


def test_layers_are_those_that_import_linter_holds():
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    held = [set(layer.split(" | ")) for contract in contracts for layer in contract.get("layers", ())]
    block = page("docs/architecture.md").section("Layers").blocks[0][1]
    assert [set(line.split(", ")) for line in block.splitlines()] == [layer for layer in held if layer != {"__main__"}]


def test_every_dependency_has_a_line():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\s<>=!\[]", name)[0] for name in project["dependencies"]}
    wanted |= {
        re.split(r"[\s<>=!\[]", name)[0] for names in project["optional-dependencies"].values() for name in names
    }
    listed = {row[0].removesuffix(" (extra)") for row in page("docs/decisions.md").section("Dependencies").rows}
    assert listed == wanted


def test_anchors_are_made_as_on_github():
    assert anchor_of("What is new, and `why`?") == "what-is-new-and-why"


def test_changelog_has_the_version_of_the_program():
    from monitor import __version__

    assert any(title.startswith(f"[{__version__}] - ") for title in page("CHANGELOG.md").titles)


def test_no_page_uses_a_tab_or_trailing_blanks():
    found = [
        (here.name, line)
        for here in all_pages()
        for line in here.text.splitlines()
        if "\t" in line or line != line.rstrip()
    ]
    assert found == []
