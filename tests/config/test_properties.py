"""Whatever stands in the file: settings, or a ConfigError whose problems can be shown."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from monitor.config import json_schema, load_settings
from monitor.config.values import parse_duration, parse_schedule
from monitor.errors import ConfigError, ConfigProblem

# One folder serves all examples of a test, each overwrites the file.
_same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)

_SCHEMA = json_schema()
_KEYS = sorted({key for form in [_SCHEMA, *_SCHEMA["$defs"].values()] for key in form.get("properties", {})})
_MARKS = [
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n  - ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "#",
    "%",
    "@",
]
_MARKS += [
    "\t",
    "\\",
    "<<: *a",
    "? ",
    "---\n",
    "...\n",
    "${",
    "${A}",
    "${A:-b}",
    "%YAML 1.1\n",
    "%TAG ! x\n",
    "~",
    "0x1F",
    "1e9",
]
_WORDS = [
    "https://a.example/",
    "ai",
    "30m",
    "0 7 * * *",
    "UTC",
    "site/",
    "a@b.example",
    "sqlite:///a.db",
    ".",
    "feeds.yaml",
]
_FOREIGN = ["\ufeff", "\x85", "\u2028", "华为", "\U0001f600"]
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from([*_WORDS, "${A}"])
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=15,
)


def _outcome(path: Path, body: bytes) -> tuple[ConfigProblem, ...]:
    path.write_bytes(body)
    try:
        load_settings(path, env={"A": "b"})
    except ConfigError as error:
        return error.problems
    return ()


@_same_folder
@given(body=st.binary(max_size=200))
def test_any_bytes_give_settings_or_problems(tmp_path, body):
    _outcome(tmp_path / "feeds.yaml", body)


@_same_folder
@given(parts=st.lists(st.sampled_from([*_KEYS, *_MARKS, *_WORDS, *_FOREIGN]), max_size=40))
def test_any_yaml_like_text_gives_settings_or_problems(tmp_path, parts):
    _outcome(tmp_path / "feeds.yaml", "".join(parts).encode())


@_same_folder
@given(data=st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6))
def test_any_values_under_known_keys_give_settings_or_problems(tmp_path, data):
    _outcome(
        tmp_path / "feeds.yaml",
        json.dumps({"topics": [{"id": "ai"}], **data}, ensure_ascii=False).encode("utf-8", "replace"),
    )


@_same_folder
@given(data=st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6))
def test_every_problem_lies_inside_the_file_and_they_are_in_order(tmp_path, data):
    text = json.dumps(data, indent=1)

    problems = _outcome(tmp_path / "feeds.yaml", text.encode())

    places = [(problem.line, problem.column) for problem in problems]
    assert places == sorted(places)
    lines = text.split("\n")
    assert all(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1 for line, column in places)


@_same_folder
@given(secret=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(str.strip))
def test_secret_arrives_as_it_is(tmp_path, secret):
    path = tmp_path / "feeds.yaml"
    path.write_text("topics: [{id: ai}]\nemail: {host: h, username: u, password: '${PW}', from: a@b.example}\n")

    assert load_settings(path, env={"PW": secret}).email.password == secret


@settings(deadline=None)
@given(
    days=st.integers(0, 300), hours=st.integers(0, 99), minutes=st.integers(0, 999), seconds=st.integers(0, 999)
)  # fmt: skip
def test_duration_is_the_sum_of_its_parts(days, hours, minutes, seconds):
    written = f"{days}d{hours}h{minutes}m{seconds}s"

    assert parse_duration(written, least_s=0) == days * 86400 + hours * 3600 + minutes * 60 + seconds


@settings(deadline=None)
@given(text=st.text(st.sampled_from("0123456789*/,-#LW ²MON"), max_size=30) | st.text(max_size=30))
def test_any_schedule_is_taken_as_it_is_or_refused(text):
    with contextlib.suppress(PydanticCustomError):
        assert parse_schedule(text) == text.strip()
