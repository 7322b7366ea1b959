"""feeds.yaml read and checked; the only package that knows its keys.

Reading costs two heavy imports (pydantic, ruamel.yaml), so they happen in the functions, not here:
``import monitor.config`` stays cheap for commands that read no configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.config.settings import DEFAULT_STORE, ArchiveSettings, EmailSettings, FetchSettings, LlmSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DEFAULT_STORE",
    "ArchiveSettings",
    "EmailSettings",
    "FetchSettings",
    "LlmSettings",
    "Settings",
    "json_schema",
    "load_settings",
]


def load_settings(path: Path, *, env: Mapping[str, str]) -> Settings:
    """The configuration in the file at *path*, with ``${NAME}`` taken from *env*.

    Relative paths in it become absolute, seen from the file's folder. ConfigError holds every mistake at
    once, in file order; nothing else is raised. Costs about 0.4 ms a feed after the imports.
    """
    from monitor.config.load import load

    return load(path, env)


def json_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of feeds.yaml, for completion and checks in editors."""
    from monitor.config.schema import build_json_schema

    return build_json_schema()
