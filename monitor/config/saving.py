"""A changed configuration put in the place of the old one, wholly or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from monitor.errors import UsageError

_BOM = "\ufeff"


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Put ``change(text)`` in the place of the text of the UTF-8 file at *path*; a byte order mark stays.

    The new file has the old one's mode and is on disk before the old one goes; a link stays a link. UsageError if
    *change* refuses, if somebody saved the file meanwhile, or if its folder cannot be written.
    """
    target = path.resolve()
    try:
        before = target.read_bytes()
        text = before.decode("utf-8")
        mark = _BOM if text.startswith(_BOM) else ""
        after = (mark + change(text.removeprefix(_BOM))).encode("utf-8")
        if after != before:
            _replace(target, after, expected=before)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: save it with that encoding first") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be changed: {error.strerror or error}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def _replace(target: Path, body: bytes, *, expected: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        if target.read_bytes() != expected:
            raise UsageError("the file was saved by somebody else meanwhile and stays as it is: run the command again")
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
