"""Every stage of a mail session with every fault: what may be repeated is, and what may have arrived is called so.

The table holds what each of 12 stages x 10 faults means: ``retry`` (safe to repeat), ``recipient`` (refused for good),
``held`` (nobody can repeat it without changing something), ``ambiguous`` (nobody can know), ``sent``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from monitor.deliver import SmtpFailure, Stage, describe, send_message
from tests.deliver.scripted import FAULTS, LIMITS, PASSWORD, STAGES, mail_server, scripted

MESSAGE = b"Subject: A large edition\r\n\r\n" + b"A line of the edition, as long as such lines are.\r\n" * 1_000
LARGE = MESSAGE * 120
"""6 MB: more than the buffers of both ends hold, so that a server that stops reading is noticed before the end."""

# refused and drop are one fault once a connection stands; nothing is said before a greeting or inside TLS.
EXPECTED = {
    #          refused     drop        hang         drip         4xx          421          5xx        garbage      long line    endless
    "connect": ["retry"] * 6 + ["retry"] * 4,
    "banner": ["retry"] * 10,
    "ehlo": ["retry"] * 10,
    "starttls": ["retry", "retry", "retry", "retry", "retry", "retry", "held", "retry", "retry", "retry"],
    "tls": ["retry"] * 10,
    "auth": ["retry", "retry", "retry", "retry", "retry", "retry", "held", "retry", "retry", "retry"],
    "mail": ["retry", "retry", "retry", "retry", "retry", "retry", "held", "retry", "retry", "retry"],
    "rcpt": ["retry", "retry", "retry", "retry", "retry", "retry", "recipient", "retry", "retry", "retry"],
    "data": ["retry", "retry", "retry", "retry", "retry", "retry", "held", "retry", "retry", "retry"],
    "body": ["retry", "retry", "retry", "retry", "retry", "retry", "held", "retry", "retry", "retry"],
    "dot": ["ambiguous"] * 4 + ["retry", "retry", "held"] + ["ambiguous"] * 3,
    "quit": ["sent"] * 10,
}  # fmt: skip

FAILS_IN = {
    "connect": {Stage.CONNECT, Stage.GREETING},
    "banner": {Stage.GREETING},
    "ehlo": {Stage.EHLO},
    "starttls": {Stage.STARTTLS},
    # Nonsense that comes with the last answer in clear is refused before encryption begins.
    "tls": {Stage.TLS, Stage.STARTTLS},
    "auth": {Stage.LOGIN},
    "mail": {Stage.MAIL},
    "rcpt": {Stage.RCPT},
    "data": {Stage.DATA},
    "body": {Stage.MESSAGE},
    "dot": {Stage.END},
}


def outcome(failure: SmtpFailure | None) -> str:
    if failure is None:
        return "sent"
    error = describe(failure, "email:reader@mail.example", "mx.example:587")
    if error.cause == "ambiguous":
        return "ambiguous"
    if not error.permanent:
        return "retry"
    return "recipient" if error.cause == "recipient" else "held"


@dataclass(frozen=True)
class Cell:
    """How a session with one fault ended."""

    outcome: str
    failure: SmtpFailure | None
    n_taken: int


@pytest.fixture(scope="module")
def cells(context, ca_file) -> dict[tuple[str, str], Cell]:
    """All sessions, some side by side, since most of them wait."""

    def play(place: tuple[str, str]) -> Cell:
        failure = None
        with scripted(context, *place) as server:
            try:
                message = LARGE if place[0] == "body" else MESSAGE  # more than the socket buffers hold
                send_message(mail_server(server.port, ca_file), "reader@mail.example", message, limits=LIMITS)
            except SmtpFailure as caught:
                failure = caught
        return Cell(outcome(failure), failure, len(server.taken))

    places = [(stage, fault) for stage in STAGES for fault in FAULTS]
    with ThreadPoolExecutor(12) as pool:
        return dict(zip(places, pool.map(play, places), strict=True))


@pytest.mark.parametrize(
    ("stage", "fault", "expected"),
    [(stage, fault, EXPECTED[stage][place]) for stage in STAGES for place, fault in enumerate(FAULTS)],
)
def test_a_fault_at_a_stage_means_what_the_table_says(cells, stage, fault, expected):
    cell = cells[stage, fault]
    assert cell.outcome == expected, cell.failure
    assert cell.n_taken == (1 if expected == "sent" else 0)
    if cell.failure is not None:
        assert cell.failure.stage in FAILS_IN[stage]
        assert PASSWORD not in str(cell.failure)


def test_a_session_without_a_fault_hands_the_message_over(context, ca_file):
    with scripted(context) as server:
        send_message(
            mail_server(server.port, ca_file), "reader@mail.example", b"Subject: x\n\n.dot\nend\n", limits=LIMITS
        )
    assert server.taken == [b"Subject: x\r\n\r\n..dot\r\nend"]


def test_the_table_has_every_cell():
    assert {stage: len(row) for stage, row in EXPECTED.items()} == dict.fromkeys(STAGES, len(FAULTS))
