"""No other part of the package opens connections, or hands foreign bytes to a parser that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, PlainValidator

import monitor
from monitor.config import schema, values

PACKAGE = Path(monitor.__file__).parent
NETWORK_MODULES = (
    "httpx", "httpcore", "requests", "urllib3", "aiohttp", "urllib.request", "http.client", "socket", "ftplib", "imaplib",
    "poplib", "smtplib", "aiosmtplib", "telnetlib", "nntplib", "xmlrpc.client", "pycurl", "websockets", "apprise", "anyio",
    "asyncio.open_connection", "asyncio.open_unix_connection", "multiprocessing.connection",
)  # fmt: skip
HIDDEN_DOORS = (
    "trafilatura.fetch_url", "trafilatura.fetch_response", "asyncio.open_connection", "asyncio.open_unix_connection",
)  # fmt: skip
DOOR = "fetch"

# What else may speak to somebody, and why it is no way around the guard: none of it dials what a stranger wrote.
EXCEPTIONS = {
    "deliver/smtp_wire.py": {"socket"},  # the mail server, an operator's setting; HTTP is not spoken there
    "deliver/notify.py": {"apprise"},  # an extra, for addresses in the operator's file; docs/reliability.md says so
    "jobs/systemd.py": {"socket"},  # datagrams to the service manager, at a path from the environment it set
}

# Who dials each setting that holds an address. A new one must say so here.
DIALLED_BY = {
    "FeedModel.url": "fetch",
    "FetchModel.proxy": "fetch",
    "FetchModel.contact": "nobody: it is sent as text",
    "ConfigModel.store": "store",
    "ConfigModel.public_url": "nobody: links of editions start with it",
    "LlmModel.url": "fetch, by HttpFetcher.post",
    "EmailModel.host": "deliver/smtp_wire.py",
    "DeliverModel.notify": "a library of its own, see docs/reliability.md",
    "ChannelModel.notify": "a library of its own, see docs/reliability.md",
}
HOLD_ADDRESSES = (
    values.parse_web_address, values.parse_proxy, values.parse_host, values.parse_store, values.parse_notify,
    values.parse_contact,
)  # fmt: skip


def find_imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines with the modules, and the names in modules, that they import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_bytes_io(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("BytesIO", "io.BytesIO")


def find_faults(source: str, *, is_door: bool = False) -> list[str]:
    tree = ast.parse(source)
    faults = []
    if not is_door:
        faults += [
            f"{line}: imports {name}"
            for line, name in find_imports(tree)
            if any(name == module or name.startswith(f"{module}.") for module in NETWORK_MODULES)
        ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in HIDDEN_DOORS or (name == "feedparser.parse" and not (node.args and is_bytes_io(node.args[0]))):
            faults.append(f"{node.lineno}: {name} opens connections or files")
    hidden = (*HIDDEN_DOORS, "trafilatura.downloads", "feedparser.parse")
    return faults + [f"{line}: imports {name}" for line, name in find_imports(tree) if name.startswith(hidden)]


def test_only_the_fetch_package_opens_connections() -> None:
    faults = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        found = find_faults(path.read_text(), is_door=place.parts[0] == DOOR)
        allowed = EXCEPTIONS.get(place.as_posix(), set())
        faults += [
            f"{place}:{fault}" for fault in found if fault.partition(": imports ")[2].partition(".")[0] not in allowed
        ]
    assert faults == []


def iter_address_settings() -> Iterator[str]:
    """Every field of the configuration whose value is an address, as Model.field."""
    for model in vars(schema).values():
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        for name, field in model.model_fields.items():
            if set(find_validators([field.annotation, *field.metadata])) & set(HOLD_ADDRESSES):
                yield f"{model.__name__}.{name}"


def find_validators(parts: Sequence[object]) -> Iterator[object]:
    """The functions of all plain validators in an annotation, however deep."""
    for part in parts:
        if isinstance(part, PlainValidator):
            yield part.func
        yield from find_validators(getattr(part, "__metadata__", ()))
        yield from find_validators(get_args(part))


def test_every_setting_that_holds_an_address_says_who_dials_it() -> None:
    found = set(iter_address_settings())
    assert {"FeedModel.url", "FetchModel.proxy", "EmailModel.host"} <= found
    assert found <= set(DIALLED_BY)


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "import httpx as h, os",
        "from httpx import URL",
        "import httpcore._async",
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "def f():\n    import socket",
        "from socket import create_connection",
        "import http.client",
        "import smtplib",
        "from asyncio import open_connection",
        "asyncio.open_connection('h', 80)",
        "from trafilatura import fetch_url",
        "from trafilatura.downloads import fetch_url",
        "trafilatura.fetch_url(x)",
        "feedparser.parse(body)",
        "feedparser.parse(body.decode())",
        "feedparser.parse()",
        "from feedparser import parse",
    ],
)
def test_the_scan_finds_what_it_is_for(source: str) -> None:
    assert find_faults(source)


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.parse",
        "from urllib.parse import urljoin",
        "import socketserver",
        "import http.server",
        "import io, feedparser\nfeedparser.parse(io.BytesIO(body), sanitize_html=False)",
        "from io import BytesIO\nfeedparser.parse(BytesIO(body))",
        "state.fetch_url = moved_to",
        "from monitor.fetch import HttpFetcher",
    ],
)
def test_the_scan_lets_harmless_code_pass(source: str) -> None:
    assert not find_faults(source)
