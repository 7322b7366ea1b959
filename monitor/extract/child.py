"""One worker process as the pool sees it: start, ask, end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import monitor
from monitor.extract import frames
from monitor.extract.confine import LOCKS

_ROOT = str(Path(monitor.__file__).resolve().parent.parent)
# -I ignores PYTHONPATH and the working directory; the package's own folder is added unless it is installed there.
_START = (
    f"import sys; root = {_ROOT!r}; root in sys.path or sys.path.insert(0, root); "
    "from monitor.extract.worker import main; main()"
)
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_START_TIMEOUT_S = 60  # a cold disk and a loaded machine; 1 s is usual


class Child:
    """A running worker. ``n_pages`` counts what it has answered; one without ``has_pages`` reads feeds alone.

    ``locks`` are those of ``confine.LOCKS`` that hold for it.
    """

    def __init__(self, process: asyncio.subprocess.Process, *, has_pages: bool) -> None:
        self._process = process
        self.has_pages = has_pages
        self.n_pages = 0
        self.locks: tuple[str, ...] = ()

    @classmethod
    async def start(cls, *, memory_bytes: int, cpu_s: int, has_pages: bool, pass_fd: int | None = None) -> Child:
        """A worker that has said it is ready; OSError, EOFError or TimeoutError if it does not come up.

        It inherits the open file *pass_fd*.
        """
        task = "pages" if has_pages else "feeds"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _START, str(memory_bytes), str(cpu_s), task,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT,
            pass_fds=() if pass_fd is None else (pass_fd,),
            start_new_session=True,
        )  # fmt: skip
        child = cls(process, has_pages=has_pages)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                hello, _ = await child._read()
                child.locks = tuple(lock for lock in LOCKS if lock in hello.get("locks", ()))
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """False once the process has ended."""
        return self._process.returncode is None

    async def ask(self, frame: bytes) -> tuple[dict[str, Any], bytes]:
        """The answer to one frame. EOFError or OSError if the worker is gone, FrameError if it talks nonsense."""
        if self._process.stdin is None:
            raise EOFError
        self._process.stdin.write(frame)
        await self._process.stdin.drain()
        answer = await self._read()
        self.n_pages += 1
        return answer

    async def end(self) -> int:
        """Kill the process and wait until it is gone; its exit status, negative for a signal. Harmless if repeated.

        What it may have forked is in its session, and goes with it.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return await self._process.wait()

    async def _read(self) -> tuple[dict[str, Any], bytes]:
        if self._process.stdout is None:
            raise EOFError
        try:
            return await frames.read_async(self._process.stdout)
        except asyncio.IncompleteReadError as error:
            raise EOFError from error
