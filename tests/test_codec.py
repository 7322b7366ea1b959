"""Values survive the way through JSON, whatever is in them."""

import dataclasses
import enum
import types
import typing
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import codec, model

NOUNS = [kind for kind in vars(model).values() if dataclasses.is_dataclass(kind)]
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    datetime: st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type as the model writes types."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if origin is types.UnionType:
        return st.one_of(*map(values_of, args))
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(values_of(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, args))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    names = typing.get_type_hints(hint)
    return st.builds(hint, **{field.name: values_of(names[field.name]) for field in dataclasses.fields(hint)})


@pytest.mark.parametrize("noun", NOUNS, ids=lambda kind: kind.__name__)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_noun_of_the_model_is_the_same_after_a_round_trip(noun: type, data: st.DataObject) -> None:
    value = data.draw(values_of(noun))
    assert codec.load(noun, codec.dump(value)) == value


def test_a_datetime_is_written_as_rfc_3339_in_utc() -> None:
    page = model.Page(url=None, published_at=datetime(2026, 9, 4, 5, 6, tzinfo=UTC))
    assert b'"published_at":"2026-09-04T05:06:00Z"' in codec.dump(page)


def test_a_loaded_datetime_is_aware() -> None:
    page = codec.load(model.Page, b'{"url":null,"published_at":"2026-09-04T07:06:00+02:00"}')
    assert page.published_at == datetime(2026, 9, 4, 5, 6, tzinfo=UTC)


def test_bytes_that_are_no_utf_8_survive() -> None:
    keys = model.ArticleKeys(url_key=None, text_hash=None, prints=bytes(range(256)))
    assert codec.load(model.ArticleKeys, codec.dump(keys)).prints == bytes(range(256))


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    entry = model.Entry(url=None, title="a\ud800b", authors=("\udfff",))
    assert codec.load(model.Entry, codec.dump(entry)) == model.Entry(url=None, title="a\ufffdb", authors=("\ufffd",))


def test_a_field_from_a_newer_version_is_ignored() -> None:
    assert codec.load(model.Match, b'{"topic_id":"t","score":0.5,"shine":1}') == model.Match(topic_id="t", score=0.5)


@pytest.mark.parametrize("body", [b"null", b"[]", b'{"topic_id":"t"}', b'{"topic_id":"t","score":"high"}', b"{"])
def test_what_does_not_fit_the_type_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        codec.load(model.Match, body)


def test_a_tuple_of_values_needs_its_type_named() -> None:
    reasons = (model.Reason(stage="dedup", signal="copy"),)
    kind = tuple[model.Reason, ...]
    assert codec.load(kind, codec.dump(reasons, kind)) == reasons
