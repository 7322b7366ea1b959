"""No other part of the package opens connections, or hands foreign bytes to a parser that does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import monitor

PACKAGE = Path(monitor.__file__).parent
NETWORK_MODULES = ("httpx", "httpcore", "requests", "urllib3", "aiohttp", "urllib.request", "http.client", "socket")
HIDDEN_DOORS = ("trafilatura.fetch_url", "trafilatura.fetch_response")
DOOR = "fetch"


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
        faults += [f"{place}:{fault}" for fault in find_faults(path.read_text(), is_door=place.parts[0] == DOOR)]
    assert faults == []


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
