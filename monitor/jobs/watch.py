"""The configuration while it is in use: read again when its files change, the old one kept while the new one is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.jobs.log import tell, warn

_Stamp = tuple[tuple[int, int, int] | None, ...]


class ConfigWatch:
    """``settings`` are those in force. A look costs one ``stat`` for each file."""

    def __init__(self, load: Callable[[], Settings]) -> None:
        """*load* reads the configuration; its first ConfigError goes to the caller."""
        self._load = load
        self.settings = load()
        self._stamp = _stamp(self.settings)
        self._is_asked = False
        self._told = ""

    def ask(self) -> None:
        """Read again at the next look, changed or not."""
        self._is_asked = True

    def look(self) -> bool:
        """Read the files if they changed; True if there are new settings."""
        stamp = _stamp(self.settings)
        if not self._is_asked and stamp == self._stamp:
            return False
        if not self._is_asked and stamp[0] is None:
            # Some editors remove a file for a moment before they write it.
            return False
        self._is_asked, self._stamp = False, stamp
        try:
            found = self._load()
        except ConfigError as error:
            self._tell_once(str(error))
            return False
        if found.store != self.settings.store:
            self._tell_once("`store` was changed: restart the program to move to the other database")
            return False
        self._told = ""
        self.settings = found
        self._stamp = _stamp(found)
        tell("config_reloaded", feeds=len(found.feeds), digests=len(found.digests), topics=len(found.topics))
        return True

    def _tell_once(self, problem: str) -> None:
        if problem != self._told:
            warn("config_refused", detail=problem, doing="going on with the old one")
            self._told = problem


def _stamp(settings: Settings) -> _Stamp:
    return tuple(_look_at(path) for path in (settings.path, *settings.opml))


def _look_at(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
