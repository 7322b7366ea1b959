"""The command line: one file a command group; what a command does lives in ``app`` and ``answers``.

Nothing heavy is imported before a command needs it: ``monitor --help`` costs under 0.4 s of CPU.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from monitor.errors import ConfigError, MonitorError, UsageError

_OK, _FAILED, _WRONG, _INTERRUPTED = 0, 1, 2, 130
_STDOUT = 1


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives the exit status: 0 done, 1 failed, 2 usage or configuration, 130 interrupted."""
    import typer

    from monitor.cli.main import cli

    try:
        result = cli.main(args=list(arguments), prog_name="monitor", standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        result = _INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader of the pipe has enough (the parser makes a SystemExit of that). Without the detour the interpreter
        # complains when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
        return _OK
    except Exception as error:  # noqa: BLE001 - the border: whatever it is, the user gets one line and a status
        return _explain(error, is_verbose=bool({"-v", "--verbose"} & set(arguments)))
    if result == _INTERRUPTED:
        print("interrupted; what was done is stored, run the command again to go on", file=sys.stderr)
    return result if isinstance(result, int) else _OK


def _explain(error: Exception, *, is_verbose: bool) -> int:
    """Say on stderr what went wrong; gives the exit status."""
    import typer

    if isinstance(error, ExceptionGroup):
        return _explain(_first(error), is_verbose=is_verbose)
    if isinstance(error, typer.TyperException):
        error.show()  # type: ignore[attr-defined]  # all that its parser raises have it
        return _WRONG
    if isinstance(error, MonitorError):
        from monitor.cli.screen import clean_lines

        print(f"monitor: {clean_lines(str(error))}", file=sys.stderr)
        return _WRONG if isinstance(error, ConfigError | UsageError) else _FAILED
    if is_verbose:
        import traceback

        traceback.print_exception(error)
    name = type(error).__name__
    print(f"monitor: this is a mistake in the program: {name}: {error}; -v shows where", file=sys.stderr)
    return _FAILED


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """One of the errors of tasks that ran side by side, ours before others."""
    known = group.subgroup(MonitorError)
    found = (known or group).exceptions[0]
    return _first(found) if isinstance(found, ExceptionGroup) else found
