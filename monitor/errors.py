"""Every error that the monitor raises on purpose, one class per decision a caller can take.

::

    MonitorError                    catch this to catch all of them
    |-- ConfigError                 feeds.yaml is wrong: show every problem, exit 2
    |-- UsageError                  the command line asks for something that does not exist: exit 2
    |-- CorpusError                 one corpus file cannot be read: report it, go on with the others
    |-- FetchError                  one request failed: record it on the feed or entry, back off
    |-- ParseError                  the bytes are no feed of a known kind: keep the last good state
    |-- ExtractError                a page cannot be read within the limits: outcome "failed"
    |-- StoreError                  the database refuses: stop the command, exit 1
    |   |-- StoreTooNewError        made by a newer version: upgrade the program
    |   `-- StoreLockedError        another process is at work: wait or try again
    |-- RenderError                 a template is wrong: name file and line
    `-- DeliveryError               a channel refused: retry later or give up, see ``permanent``
"""

from __future__ import annotations

from dataclasses import dataclass


class MonitorError(Exception):
    """Root of the tree; its text is meant for the person at the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigProblem:
    """One mistake in a configuration file.

    ``line`` and ``column`` count from 1; both are None when the mistake has no place (a missing file).
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        where = f" {self.path}:" if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}:{where} {self.message}{hint}"


class ConfigError(MonitorError):
    """The configuration holds mistakes; all of them are in ``problems``, in file order."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(MonitorError):
    """What was asked for does not exist or cannot be combined."""


class CorpusError(MonitorError):
    """A corpus file cannot be read; ``path`` names it."""

    def __init__(self, path: str, detail: str) -> None:
        self.path = path
        self.detail = detail
        super().__init__(f"{path}: {detail}")


class FetchError(MonitorError):
    """A request failed.

    ``kind`` is one of ``bad_url``, ``forbidden_address``, ``dns``, ``connect``, ``tls``, ``timeout``,
    ``too_large``, ``decode``, ``redirect``, ``http_status``, ``protocol``, ``robots``. ``permanent`` says that the
    same request will fail again (410, a forbidden address); ``retry_after_s`` is what the server asked for.
    """

    def __init__(
        self,
        url: str,
        kind: str,
        detail: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.url = url
        self.kind = kind
        self.detail = detail
        self.permanent = permanent
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(f"{url}: {kind}: {detail}")


class ParseError(MonitorError):
    """The bytes at ``url`` are no feed that we can read; ``kind`` is a short machine name, e.g. ``not_a_feed``."""

    def __init__(self, url: str, kind: str, detail: str) -> None:
        self.url = url
        self.kind = kind
        self.detail = detail
        super().__init__(f"{url}: {kind}: {detail}")


class ExtractError(MonitorError):
    """A worker could not finish a page; ``kind`` is ``timeout``, ``resources`` or ``crashed``."""

    def __init__(self, url: str, kind: str, detail: str) -> None:
        self.url = url
        self.kind = kind
        self.detail = detail
        super().__init__(f"{url}: {kind}: {detail}")


class StoreError(MonitorError):
    """The database cannot be opened, read or written."""


class StoreTooNewError(StoreError):
    """The database was made by a newer version of the program."""


class StoreLockedError(StoreError):
    """Another process holds the lock that this command needs."""


class RenderError(MonitorError):
    """A template failed; the text names file and line."""


class DeliveryError(MonitorError):
    """A channel did not take an edition; ``permanent`` says that a retry is pointless.

    ``cause`` tells whose fault it is: ``channel`` (this edition on this channel), ``message`` (the server refuses the
    mail itself), ``recipient`` (it refuses the address), ``server`` (nothing can be sent through this server, to
    nobody), ``ambiguous`` (handed over, but no answer came: it may have arrived).
    """

    def __init__(self, channel: str, detail: str, *, permanent: bool, cause: str = "channel") -> None:
        self.channel = channel
        self.detail = detail
        self.permanent = permanent
        self.cause = cause
        super().__init__(f"{channel}: {detail}")
