"""``python -m monitor`` and the ``monitor`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; turns errors into one message and an exit status (1 failed, 2 usage, 130 interrupted)."""
    from monitor.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
