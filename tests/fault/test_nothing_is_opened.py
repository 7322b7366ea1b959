"""Documents that ask for files and connections get neither: seen by strace from outside, and by canaries inside."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fault.crafted import FEEDS, PAGES

pytestmark = pytest.mark.slow

CANARY = "canary-7f3a9c"
ASKING = {
    name: body
    for name, body in {**FEEDS, **PAGES}.items()
    if any(mark in body(1000) for mark in (b"file:///etc/passwd", b"http://127.0.0.1:9/", b"<!ENTITY"))
}
SCRIPT = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from monitor.errors import MonitorError
from monitor.extract import PoolLimits, ReaderPool
from monitor.model import Feed, Response

async def main():
    async with ReaderPool(PoolLimits(n_workers=1, timeout_s=60)) as pool:
        await pool.read_html("<p>ready", None, None)
        for path in sorted(Path(sys.argv[2]).iterdir()):
            response = Response(url=f"https://hostile.example/{path.name}", status=200, body=path.read_bytes())
            for read in (lambda: pool.parse_feed(Feed(url="x", kind="auto"), response), lambda: pool.read_page(response, None)):
                try:
                    print(repr(await read()))
                except MonitorError as error:
                    print(error)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asking")
    secret = folder.parent / "secret.txt"
    secret.write_text(CANARY)
    for number, name in enumerate(sorted(ASKING)):
        body = ASKING[name](1000).replace(b"/etc/passwd", str(secret).encode())
        (folder / f"{number:02}").write_bytes(body)
    return folder


def run(documents: Path, *before: str) -> str:
    command = [*before, sys.executable, "-c", SCRIPT, str(Path(__file__).parents[2]), str(documents)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout


def test_what_a_document_names_never_comes_out_as_text(documents: Path) -> None:
    told = run(documents)
    assert told.count("\n") == 2 * len(ASKING)
    assert CANARY not in told


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_file_outside_the_libraries_is_opened_and_nothing_is_dialled(documents: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    run(
        documents,
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "300",
        "-o",
        str(trace),
        "-e",
        "trace=open,openat,openat2,connect",
    )
    lines = trace.read_text(errors="replace").splitlines()
    opened = [found[1] for line in lines if (found := re.search(r'open(?:at2?)?\(.*?"([^"]*)"', line))]
    assert len(opened) > 100
    assert [path for path in opened if path == str(documents.parent / "secret.txt")] == []
    assert [line for line in lines if "connect(" in line and "AF_INET" in line] == []
