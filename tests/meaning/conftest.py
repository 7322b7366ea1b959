"""The real encoder, loaded once."""

from __future__ import annotations

import pytest

from monitor.meaning import SentenceEncoder


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()
