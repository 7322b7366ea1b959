"""The reference of feeds.yaml has exactly the keys of the program, and every example is read by the real loader."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load_settings
from monitor.config.schema import DEFAULT_SCHEDULE, KINDS, SECTIONS
from tests.docs.pages import ROOT, all_pages, page

CONFIGURATION = page("docs/configuration.md")
TITLES = {
    (): "Top level",
    ("topics", None): "topics",
    ("feeds", None): "feeds",
    ("digests", None): "digests",
    ("digests", None, "deliver", None): "Channels",
    ("email",): "email",
    ("llm",): "llm",
    ("fetch",): "fetch",
    ("archive",): "archive",
}
EXAMPLES = [
    (f"{here.name}-{number}", block)
    for here in all_pages()
    for number, (language, block) in enumerate(here.blocks)
    if language == "yaml"
]


def rows(place):
    return {row[0].strip("`"): row for row in CONFIGURATION.section(TITLES[place]).rows}


@pytest.mark.parametrize("place", SECTIONS, ids=TITLES.get)
def test_a_table_has_exactly_the_keys_of_its_section(place):
    assert set(rows(place)) == {field.alias or name for name, field in SECTIONS[place].model_fields.items()}


@pytest.mark.parametrize("place", SECTIONS, ids=TITLES.get)
def test_required_keys_are_marked(place):
    marked = {key for key, row in rows(place).items() if row[2] == "required"}
    assert marked == {
        field.alias or name for name, field in SECTIONS[place].model_fields.items() if field.is_required()
    }


def written(default):
    """How the reference writes a default value."""
    return {True: "true", False: "false"}.get(default, str(default)) if isinstance(default, bool) else str(default)


@pytest.mark.parametrize("place", SECTIONS, ids=TITLES.get)
def test_plain_defaults_are_those_of_the_program(place):
    told = {key: row[2].strip("`") for key, row in rows(place).items()}
    other_units = {"timeout", "max_bytes", "max_age", "file_size"}
    wrong = {}
    for name, field in SECTIONS[place].model_fields.items():
        if isinstance(field.default, bool | int | float | str) and name not in other_units:
            key = field.alias or name
            if told[key] != written(field.default):
                wrong[key] = (told[key], written(field.default))
    assert wrong == {}


def test_defaults_with_units_mean_what_the_program_uses(tmp_path):
    told = {key: row[2].strip("`") for key, row in rows(("fetch",)).items()}
    lines = [
        f"  {key}: {told[key]}"
        for key in ("timeout", "max_bytes", "max_age", "per_host", "concurrency", "robots", "allow_private")
    ]
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: a}]\nfetch:\n" + "\n".join(lines), encoding="utf-8")
    bare = tmp_path / "bare.yaml"
    bare.write_text("topics: [{id: a}]\n", encoding="utf-8")
    assert load_settings(path, env={}).fetch == load_settings(bare, env={}).fetch


def test_the_gap_between_requests_is_that_of_the_client():
    from monitor.fetch import client

    assert rows(("fetch",))["host_gap"][2] == f"`{client._PUBLIC_GAP_S:g}s`"


def test_kinds_of_feeds_are_listed():
    assert all(f"`{kind}`" in rows(("feeds", None))["kind"][1] for kind in KINDS)


def test_the_digest_of_a_file_without_digests_is_as_described(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: a}]\n", encoding="utf-8")
    (digest,) = load_settings(path, env={}).digests
    told = rows(())["digests"][3]
    assert f"`{digest.id}`" in told
    assert digest.schedule == DEFAULT_SCHEDULE
    assert DEFAULT_SCHEDULE in told
    assert digest.timezone in told
    assert f"html: {Path(digest.channels[0].target).name}/" in told


@pytest.mark.parametrize(("name", "block"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_is_read_without_a_mistake(name, block, tmp_path):
    for folder in ("seeds", "my-templates"):
        (tmp_path / folder).mkdir()
    path = tmp_path / "feeds.yaml"
    path.write_text(block, encoding="utf-8")
    assert load_settings(path, env={"SMTP_PASSWORD": "secret"}).topics


def test_the_shipped_configuration_is_read_without_a_mistake():
    assert load_settings(ROOT / "feeds.yaml", env={}).feeds
