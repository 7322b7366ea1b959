"""A certificate authority of our own, and editions on their way."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from tests.deliver.scripted import HOST


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def context(authority: trustme.CA) -> ssl.SSLContext:
    """What a server on the address of these tests needs to speak TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(made)
    return made


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path
