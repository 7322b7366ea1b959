"""The reference of templates names what the renderer passes, and nothing else."""

from __future__ import annotations

from dataclasses import fields

import jinja2.meta
import pytest

from monitor import model
from monitor.render import RENDERERS, dossier, options, plan_site, render, shipped_templates, templating, view
from monitor.render import archive as archive_module
from tests.docs.pages import names_in, page
from tests.render.editions import sample_edition

TEMPLATES = page("docs/templates.md")
FILES = {
    names_in(row[0])[0]: set(names_in(row[2]))
    for row in TEMPLATES.section("Files and their variables").rows
    if "/" in row[0]
}
OBJECTS = (
    view.EditionView, view.PointView, view.SectionView, view.StoryView, view.Fact, view.Source, view.Origin, view.ChangeView,
    dossier.StoryDossier, dossier.Moment, dossier.TopicDossier, dossier.TopicLine,
    options.SiteLinks, model.Edition, model.TopicSection, model.Ledger, model.Dropped, model.FeedTrouble, model.Trend,
    archive_module.ArchiveLine, archive_module.ArchiveStory,
)  # fmt: skip
KINDS = {".html": "html", ".md": "md", ".txt": "txt"}


def produce(folder):
    """Everything that is made from templates, with the user's own in *folder*."""
    edition = sample_edition()
    made = [render(edition, name, templates=folder) for name in RENDERERS]
    return made + [file.make() for file in plan_site(edition, (), {}, templates=folder)]


def used_by(name):
    """Variables that the shipped template takes from outside."""
    source = (shipped_templates() / name).read_text(encoding="utf-8")
    environment = jinja2.Environment()
    environment.filters.update({word: str for kind in KINDS.values() for word in templating._filters(kind)})
    return jinja2.meta.find_undeclared_variables(environment.parse(source)) - {
        "plural",
        "month_name",
        "rule",
        "outcome_titles",
    }


def test_every_shipped_template_is_named():
    shipped = {f"digest/{path.name}" for path in (shipped_templates() / "digest").iterdir()}
    assert {
        code for code in TEMPLATES.section("Files and their variables").code if code.startswith("digest/")
    } == shipped


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_template_uses_no_variable_that_is_not_described(name):
    assert used_by(name) - FILES[name] == set()


def test_every_variable_that_is_described_is_passed(tmp_path):
    expected = {}
    for name, words in FILES.items():
        own = tmp_path / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(
            name + "".join(f"[{word}:{{{{ {word} is defined }}}}]" for word in sorted(words)), encoding="utf-8"
        )
        expected[name] = (name + "".join(f"[{word}:True]" for word in sorted(words))).encode()
    made = [body.replace(b"=\r\n", b"").replace(b"=3D", b"=") for body in produce(tmp_path)]
    assert [name for name, text in expected.items() if not any(text in body for body in made)] == []


@pytest.mark.parametrize("kind", OBJECTS, ids=lambda kind: kind.__name__)
def test_an_object_is_described_with_exactly_its_fields(kind):
    described = {name for row in TEMPLATES.section(kind.__name__).rows for name in names_in(row[0])}
    properties = {name for name, value in vars(kind).items() if isinstance(value, property)}
    assert described == {field.name for field in fields(kind)} | properties


@pytest.mark.parametrize("ending", KINDS)
def test_exactly_the_filters_of_a_kind_are_described(ending):
    rows = TEMPLATES.section("Filters and functions").rows
    described = {name for row in rows if row[1] in ("all", f"`{ending}`") for name in names_in(row[0])}
    assert described == set(templating._filters(KINDS[ending]))
