"""A language model behind an OpenAI-compatible address (``POST /chat/completions``)."""

from __future__ import annotations

import json
from typing import Any, Protocol

from monitor.errors import FetchError
from monitor.model import Response


class Poster(Protocol):
    """The guarded client, as far as it is needed here."""

    async def post(
        self, url: str, body: bytes, *, headers: tuple[tuple[str, str], ...] = (), timeout_s: float | None = None
    ) -> Response:
        """The answer to a POST; FetchError if there is none."""
        ...


class ChatClient:
    """Implements ``ports.Writer``. *url* is the base address, like ``http://127.0.0.1:11434/v1``."""

    def __init__(self, client: Poster, url: str, *, model: str, key: str | None, timeout_s: float) -> None:
        self._client = client
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
        if key is not None:
            self._headers += (("Authorization", f"Bearer {key}"),)
        self._timeout_s = timeout_s

    async def write(self, instructions: str, material: str) -> str:
        """The model's answer as it came. FetchError if there is none in time, or none that can be read."""
        order = {
            "model": self._model,
            "temperature": 0,
            "max_tokens": 300,
            "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": material}],
        }
        body = json.dumps(order).encode()
        answer = await self._client.post(self._url, body, headers=self._headers, timeout_s=self._timeout_s)
        try:
            document: Any = json.loads(answer.body)
            content = document["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise FetchError(self._url, "protocol", "the answer is no chat completion") from error
        if not isinstance(content, str):
            raise FetchError(self._url, "protocol", "the answer holds no text")
        return content
