"""What a service manager wants to hear: sd_notify(3), datagrams to the socket that ``NOTIFY_SOCKET`` names.

The protocol is a few lines of text; libsystemd is not needed for it, and nothing is sent anywhere else.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

from monitor.jobs.log import tell


class ServiceManager:
    """Tells the service manager how things stand; silent where there is none."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """*environment* as the process got it."""
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{name[1:]}" if name.startswith("@") else name
        self.watchdog_s = _watchdog_s(environment)

    def ready(self) -> None:
        """Started, or done with reloading."""
        self._send("READY=1")

    def reloading(self) -> None:
        """The configuration is being read again; ``ready`` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """On the way to the end."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """A sign of life for the watchdog."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send("STATUS=" + " ".join(text.split()))

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
                door.settimeout(1.0)
                door.sendto(message.encode(), self._address)
        except OSError as error:
            # Without the manager the work goes on all the same.
            tell("service_manager_unreachable", detail=error.strerror or str(error))
            self._address = ""


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """The time within which the manager wants to hear from this process, None if it does not watch it."""
    span = environment.get("WATCHDOG_USEC", "")
    owner = environment.get("WATCHDOG_PID", str(os.getpid()))
    return int(span) / 1e6 if span.isdecimal() and int(span) > 0 and owner == str(os.getpid()) else None
