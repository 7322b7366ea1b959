"""What a worker has given up: asked of a process that has given it up."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.extract import LOCKS, PoolLimits, ReaderPool

ROOT = str(Path(__file__).parents[2])
SCRIPT = f"""
import json, os, socket, subprocess, sys
sys.path.insert(0, {ROOT!r})
from monitor.extract.confine import confine
locks = confine()
def tried(call):
    try:
        call()
    except OSError as error:
        return type(error).__name__
    return "done"
def dial():
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))
print(json.dumps({{
    "locks": locks,
    "read": tried(lambda: open("/etc/passwd").close()),
    "configuration": tried(lambda: open({ROOT + "/feeds.yaml"!r}).close()),
    "write": tried(lambda: open(sys.argv[1], "w").close()),
    "dial": tried(dial),
    "run": tried(lambda: subprocess.run(["/bin/true"])),
    "peek": tried(lambda: open("/proc/%d/environ" % os.getppid()).close()),
    "library": tried(lambda: __import__("wave")),
}}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    target = tmp_path_factory.mktemp("out") / "file"
    run = subprocess.run([sys.executable, "-I", "-c", SCRIPT, str(target)], capture_output=True, text=True, check=True)
    told: dict[str, object] = json.loads(run.stdout)
    return told


def need(told: dict[str, object], lock: str) -> None:
    if lock not in told["locks"]:  # type: ignore[operator]
        pytest.skip(f"this kernel does not offer {lock}")


@pytest.mark.parametrize("what", ["read", "configuration", "write", "peek"])
def test_files_outside_the_libraries_are_out_of_reach(told: dict[str, object], what: str) -> None:
    need(told, "files")
    assert told[what] == "PermissionError"


def test_libraries_can_still_be_imported(told: dict[str, object]) -> None:
    assert told["library"] == "done"


def test_nothing_can_be_dialled(told: dict[str, object]) -> None:
    if not {"network", "calls"} & set(told["locks"]):  # type: ignore[call-overload]
        pytest.skip("this kernel offers neither network nor calls")
    assert told["dial"] in ("PermissionError", "OSError", "ConnectionRefusedError")


def test_no_program_can_be_started(told: dict[str, object]) -> None:
    need(told, "calls")
    assert told["run"] == "PermissionError"


@pytest.mark.asyncio
async def test_a_pool_tells_which_locks_hold_for_its_workers(told: dict[str, object]) -> None:
    async with ReaderPool(PoolLimits(n_workers=1)) as pool:
        assert list(await pool.probe()) == told["locks"]
    assert set(told["locks"]) <= set(LOCKS)  # type: ignore[call-overload]
