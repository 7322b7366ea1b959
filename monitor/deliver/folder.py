"""The HTML folder: pages, archive and feed that work from ``file://``, from any web server, from a synced directory.

Every file is written under a temporary name beside its place, flushed to the disk, and renamed over it, so a reader
meets the old file or the new one, never half of one. Pages come before the index and the feed that link to them.
Nothing is appended and no clock is read: the same edition and history leave the same bytes, however often they are
sent. Two processes must not write one folder at once; the store's lock sees to that.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from monitor.deliver.press import Press
from monitor.errors import DeliveryError, RenderError
from monitor.model import Edition

_ARCHIVES = "*/editions.json"
_LASTING = frozenset({errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL})
"""The path itself is wrong. Everything else (no space, read-only, no permission) passes or is mended from outside,
and then a retry brings the edition out late instead of never."""


class FolderChannel:
    """Keeps *folder* complete: one page an edition, ``index.html``, ``digests.atom``."""

    def __init__(self, folder: Path, *, name: str, press: Press) -> None:
        self._folder = folder
        self._name = name
        self._press = press

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        """Write what *edition* needs and what is missing of its *history*; costs one write and one fsync a file.

        Idempotent by content, so *key* is not looked at. DeliveryError names the file; what was written stays.
        """
        place = self._folder
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            archives = {
                path.relative_to(self._folder).as_posix(): path.read_bytes()
                for path in sorted(self._folder.glob(_ARCHIVES))
            }
            for file in self._press.plan_site(edition, history, archives):
                place = self._resolve(file.path)
                if file.is_stale or not place.exists():
                    _replace_file(place, file.make())
        except OSError as error:
            detail = f"cannot write {place}: {error.strerror or error}"
            raise DeliveryError(self._name, detail, permanent=error.errno in _LASTING) from error
        except RenderError as error:
            raise DeliveryError(self._name, str(error), permanent=False) from error

    def _resolve(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if not parts or PurePosixPath(path).is_absolute() or ".." in parts:
            raise DeliveryError(self._name, f"refuses to write outside its folder: {path!r}", permanent=True)
        return self._folder.joinpath(*parts)


def _replace_file(path: Path, body: bytes) -> None:
    """Put *body* at *path* in one step that survives a power cut.

    The temporary name is fixed, so what a crash leaves behind is overwritten by the repeat; the file gets the
    rights that the umask gives, which ``tempfile`` (0600) would not, and a web server must be able to read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(temporary, flags, 0o666), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last; file systems that cannot sync a folder (EINVAL) are let off."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
