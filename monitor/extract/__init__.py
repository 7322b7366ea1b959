"""Reading hostile pages and feeds in worker processes; implements ``ports.Reader``."""

from monitor.extract.pool import PoolLimits, ReaderPool

__all__ = ["PoolLimits", "ReaderPool"]
