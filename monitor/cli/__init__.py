"""The command line: one file a command group; what a command does lives in ``app``.

Nothing heavy is imported before a command needs it: ``monitor --help`` costs under 0.4 s of CPU.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from monitor.errors import ConfigError, MonitorError, UsageError


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives the exit status."""
    import click

    from monitor.cli.main import cli

    try:
        result = cli.main(args=list(arguments), prog_name="monitor", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print("interrupted; what was done is stored, run the command again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except (ConfigError, UsageError) as error:
        print(f"monitor: {error}", file=sys.stderr)
        return 2
    except MonitorError as error:
        print(f"monitor: {error}", file=sys.stderr)
        return 1
    return result if isinstance(result, int) else 0
