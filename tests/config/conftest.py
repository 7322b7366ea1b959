"""Writes a configuration into a folder of its own and loads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.config import Settings, load_settings
from monitor.errors import ConfigError, ConfigProblem


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    def write_and_load(text: str | bytes, env: Mapping[str, str] | None = None) -> Settings:
        path = tmp_path / "feeds.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_settings(path, env=env or {})

    return write_and_load


@pytest.fixture
def problems_of(load: Callable[..., Settings]) -> Callable[..., tuple[ConfigProblem, ...]]:
    def fail_to_load(text: str | bytes, env: Mapping[str, str] | None = None) -> tuple[ConfigProblem, ...]:
        with pytest.raises(ConfigError) as caught:
            load(text, env)
        return caught.value.problems

    return fail_to_load
