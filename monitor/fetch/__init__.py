"""The guarded HTTP client and its manners: the only package that opens connections for feeds and pages."""

from monitor.fetch.addresses import AddressPolicy, is_local_host
from monitor.fetch.chat import ChatClient
from monitor.fetch.client import HttpFetcher
from monitor.fetch.limits import FetchLimits
from monitor.fetch.robots import PageFetcher, RobotsGate

__all__ = ["AddressPolicy", "ChatClient", "FetchLimits", "HttpFetcher", "PageFetcher", "RobotsGate", "is_local_host"]
