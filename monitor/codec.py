"""Values as JSON and back: one shape for worker pipes, database columns and exports.

Datetimes are RFC 3339 in UTC (``...Z``), bytes are URL-safe base64, tuples are arrays. Reading checks types and
ignores fields it does not know, so that a value written by a newer version still loads.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import PydanticSerializationError

T = TypeVar("T")

_CONFIG = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    """The adapter of a type, kept: building one costs about a millisecond, using it microseconds."""
    if kind not in _ADAPTERS:
        # pydantic takes no configuration for a bare dataclass, but hands it down through a union
        _ADAPTERS[kind] = TypeAdapter(kind | None, config=_CONFIG)
    return _ADAPTERS[kind]


def dump(value: object, kind: Any = None) -> bytes:
    """*value* as UTF-8 JSON, without blanks.

    *kind* names its type where ``type(value)`` is too vague (``tuple[X, ...]``).
    Lone surrogates, which no UTF-8 can carry, become U+FFFD.
    """
    adapter = _adapter(type(value) if kind is None else kind)
    try:
        return adapter.dump_json(value)
    except PydanticSerializationError:
        return adapter.dump_json(without_surrogates(value))


def load(kind: type[T], body: bytes | str) -> T:
    """The value that *body* holds; ``ValueError`` (pydantic's ``ValidationError``) if it does not fit *kind*."""
    value: T | None = _adapter(kind).validate_json(body)
    if value is None:
        raise ValueError(f"null is no {kind.__name__}")
    return value


def without_surrogates(value: Any) -> Any:
    """*value* with every lone surrogate in its strings, at any depth, replaced by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, tuple | list):
        return type(value)(without_surrogates(item) for item in value)
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: without_surrogates(getattr(value, f.name)) for f in fields(value)})
    return value
