"""One worker process as the pool sees it: start, ask, end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import monitor
from monitor.extract import frames

_ROOT = str(Path(monitor.__file__).resolve().parent.parent)
# -I ignores PYTHONPATH and the working directory; the package's own folder is added unless it is installed there.
_START = (
    f"import sys; root = {_ROOT!r}; root in sys.path or sys.path.insert(0, root); "
    "from monitor.extract.worker import main; main()"
)
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_START_TIMEOUT_S = 60  # a cold disk and a loaded machine; 1 s is usual


class Child:
    """A running worker. ``n_pages`` counts what it has answered."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.n_pages = 0

    @classmethod
    async def start(cls, *, memory_bytes: int, cpu_s: int) -> Child:
        """A worker that has said it is ready; OSError, EOFError or TimeoutError if it does not come up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _START, str(memory_bytes), str(cpu_s),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_ENVIRONMENT,
            close_fds=True,
            start_new_session=True,
        )  # fmt: skip
        child = cls(process)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                await child._read()
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
        """Kill the process and wait until it is gone; its exit status, negative for a signal. Harmless if repeated."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.kill()
        except ProcessLookupError:
            return self._process.returncode or 0
        return await self._process.wait()

    async def _read(self) -> tuple[dict[str, Any], bytes]:
        if self._process.stdout is None:
            raise EOFError
        try:
            return await frames.read_async(self._process.stdout)
        except asyncio.IncompleteReadError as error:
            raise EOFError from error
