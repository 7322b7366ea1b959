"""The JSON Schema for editors says what the loader says."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from monitor.config import json_schema

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def validator():
    return Draft202012Validator(json_schema())


def test_schema_is_a_valid_schema_of_2020_12():
    schema = json_schema()

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


def test_shipped_configuration_fits_the_schema(validator):
    data = YAML(typ="safe", pure=True).load(CHECKOUT / "feeds.yaml")

    assert [error.message for error in validator.iter_errors(data)] == []


def _properties(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for value in schema.values():
            yield from _properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _properties(value)


def test_every_key_is_explained():
    schema = json_schema()

    bare = [name for name, form in _properties(schema) if not {"description", "$ref"} & set(form)]

    assert bare == []


def test_defaults_in_the_schema_fit_it():
    schema = json_schema()

    for _, form in _properties(schema):
        if "default" in form:
            Draft202012Validator(form | {"$defs": schema["$defs"]}).validate(form["default"])


@pytest.mark.parametrize(
    "part",
    [
        {"feeds": ["https://a.example/rss", {"url": "https://a.example/", "every": "1h30m", "full_text": "${FULL}"}]},
        {"digests": [{"id": "d", "deliver": [{"html": "site/"}, {"email": "a@b.example"}, {"notify": ["ntfy://a"]}]}]},
        {"email": {"host": "h", "from": "a@b.example", "port": "${PORT:-25}", "security": "none"}},
        {"fetch": {"timeout": "20s", "max_bytes": "10MB", "per_host": 2, "robots": False}},
        {"fetch": {"max_bytes": 500_000}},
        {"store": "${DATABASE}"},
    ],
)
def test_right_forms_fit(validator, part):
    assert validator.is_valid({"topics": [{"id": "ai"}], **part})


@pytest.mark.parametrize(
    "part",
    [
        {"topics": []},
        {"feed": []},
        {"feeds": None},
        {"feeds": [{"title": "no address"}]},
        {"feeds": ["ftp://a.example/"]},
        {"feeds": [{"url": "https://a.example/", "kind": "rss"}]},
        {"feeds": [{"url": "https://a.example/", "every": 30}]},
        {"digests": [{"id": "d", "deliver": [{"html": "a", "notify": "ntfy://b"}]}]},
        {"digests": [{"id": "d", "deliver": [{}]}]},
        {"topics": [{"id": "ai", "threshold": 2}]},
        {"email": {"host": "h"}},
        {"aliases": [["one"]]},
    ],
)
def test_wrong_forms_do_not_fit(validator, part):
    assert not validator.is_valid({"topics": [{"id": "ai"}], **part})


def test_topics_are_the_only_key_that_must_be_there(validator):
    assert json_schema()["required"] == ["topics"]
    assert not validator.is_valid({})
