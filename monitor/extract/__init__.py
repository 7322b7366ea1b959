"""Reading hostile pages and feeds in worker processes; implements ``ports.Reader``."""

from monitor.extract.confine import LOCKS
from monitor.extract.pool import PoolLimits, ReaderPool
from monitor.extract.quarantine import Quarantine

__all__ = ["LOCKS", "PoolLimits", "Quarantine", "ReaderPool"]
