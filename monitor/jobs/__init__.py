"""The scheduler: polls, reads, composes and delivers on time until it is stopped.

One tick looks at what is due and starts it; between two ticks nothing is remembered that the store does not hold, so
that it makes no difference when, how often and on how many machines it runs. This package alone knows APScheduler.
"""

from __future__ import annotations

from monitor.jobs.caretaker import Caretaker
from monitor.jobs.log import start_log
from monitor.jobs.running import run_forever, run_once
from monitor.jobs.watch import ConfigWatch

__all__ = ["Caretaker", "ConfigWatch", "run_forever", "run_once", "start_log"]
