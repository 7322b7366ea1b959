"""Standard output as a channel: for pipes, cron mail and trying things out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from monitor.deliver.press import Press
from monitor.errors import DeliveryError
from monitor.model import Edition


class StreamChannel:
    """Writes each edition to *stream* in *format*.

    A stream has no memory: a repeat after a crash between writing and noting it down is seen twice.
    """

    def __init__(self, stream: BinaryIO, *, format: str, name: str, press: Press) -> None:
        self._stream = stream
        self._format = format
        self._name = name
        self._press = press

    def send(self, edition: Edition, *, history: Sequence[Edition], key: str) -> None:
        """Write and flush *edition*; a reader that went away (EPIPE) is a DeliveryError to be tried again."""
        body = self._press.render(edition, self._format)
        try:
            self._stream.write(body)
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(self._name, f"the output is closed: {error}", permanent=False) from error
