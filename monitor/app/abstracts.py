"""One-line abstracts of stories by the language model of feeds.yaml, if it has one. No failure stops an edition."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from monitor.app.opening import App, open_client
from monitor.config import LlmSettings
from monitor.errors import FetchError
from monitor.fetch import ChatClient
from monitor.model import Abstract, Edition
from monitor.ports import Writer
from monitor.stages.abstract import Answers, Question, ask_about, read_answer

_NONE = Answers(lines={})


def write_abstracts(app: App, edition: Edition) -> Answers:
    """What the model wrote of the full stories of *edition*; nothing without ``llm`` in feeds.yaml.

    Takes at most ``llm.timeout`` for all of them. What did not come in time, or was not borne out by its sentences, is
    told in ``remarks``. Runs its own event loop in a thread, so that it can be called from inside another.
    """
    wanted = app.settings.llm
    questions = ask_about(edition)
    if wanted is None or not questions:
        return _NONE
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(lambda: asyncio.run(_ask_model(app, wanted, questions))).result()


async def _ask_model(app: App, wanted: LlmSettings, questions: Sequence[Question]) -> Answers:
    # The operator wrote the address down; most run the model on a machine of their own.
    own = replace(app.settings.fetch, allow_private=True)
    async with open_client(own, app.now) as (client, _):
        writer = ChatClient(client, wanted.url, model=wanted.model, key=wanted.key, timeout_s=wanted.timeout_s)
        return await ask_all(writer, questions, timeout_s=wanted.timeout_s)


async def ask_all(writer: Writer, questions: Sequence[Question], *, timeout_s: float) -> Answers:
    """The answers that came within *timeout_s* altogether; the first that fails ends the asking."""
    lines: dict[tuple[str, ...], Abstract] = {}
    remarks: list[str] = []
    try:
        async with asyncio.timeout(timeout_s):
            for question in questions:
                answer = read_answer(await writer.write(question.instructions, question.material), question)
                if isinstance(answer, Abstract):
                    lines[question.key] = answer
                else:
                    remarks.append(f"The language model's line on “{question.headline}” is left out: {answer}.")
    except TimeoutError:
        remarks.append(f"The language model did not answer within {timeout_s:g} s; some lines of it are missing.")
    except FetchError as error:
        remarks.append(
            f"The language model could not be asked ({error.kind}: {error.detail}); some lines of it are missing."
        )
    return Answers(lines=lines, remarks=tuple(remarks))
