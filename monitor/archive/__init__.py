"""What was fetched, kept as web archives (WARC 1.1): a folder of files, and a fetcher that writes to it."""

from monitor.archive.fetcher import ArchivingFetcher
from monitor.archive.folder import WarcFolder

__all__ = ["ArchivingFetcher", "WarcFolder"]
