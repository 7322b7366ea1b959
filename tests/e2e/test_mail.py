"""Real commands and a real mail server: what the outbox calls sent is what the server took, whenever it is killed.

The server writes down every mail it takes. Kills fall at what the server sees: a connection, a command, the end of the
message before its answer, and after it.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.model import ChannelAddress, Digest
from monitor.render import Envelope, make_message_id
from monitor.stages.compose import Composition
from monitor.store import open_store
from tests.deliver.sink import Sink, sink
from tests.e2e.days import Done, finish, wait_until
from tests.e2e.postfix import Postfix, has_postfix, running_postfix
from tests.factories import NOW
from tests.render.editions import sample_edition

pytestmark = pytest.mark.e2e

READERS = ("anna@post.example", "bert@post.example", "chloe@post.example")
EDITION = replace(sample_edition(), id="daily/2026-09-04", digest_id="daily")
POINTS = ("RCPT", "DATA", "DONE")
N_KILLS = int(os.environ.get("MONITOR_TEST_MAIL_KILLS", "3"))


class Office:
    """An installation whose edition waits in the outbox, and the commands in it."""

    def __init__(self, folder: Path, port: int, **email: object) -> None:
        self.folder = folder
        folder.mkdir()
        settings = {"host": "127.0.31.7", "port": port, "security": "none", "from": "digest@mail.example"} | email
        lines = "".join(f"  {key}: {value}\n" for key, value in settings.items())
        (folder / "feeds.yaml").write_text(
            f"topics: [{{id: chips, threshold: 0}}]\nemail:\n{lines}"
            f"digests:\n  - {{id: daily, deliver: [{{email: [{', '.join(READERS)}]}}]}}\n"
        )
        self.store = f"sqlite:///{folder}/monitor.db"
        channels = tuple(ChannelAddress(kind="email", target=reader) for reader in READERS)
        digest = Digest(id="daily", title="Daily", topic_ids=("chips",), channels=channels)
        store = open_store(self.store)
        composition = Composition(edition=EDITION, waiting=())
        pipeline.store_edition(digest, composition, store=store, to_seq=0, slot=None, now=NOW)
        store.close()

    def start(self, minutes: float, *command: str) -> subprocess.Popen[str]:
        now = (NOW + timedelta(minutes=minutes)).isoformat()
        line = [sys.executable, "-m", "monitor", "--config", str(self.folder / "feeds.yaml"), "--now", now, *command]
        return subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            start_new_session=True, cwd=self.folder,
        )  # fmt: skip

    def run(self, minutes: float, *command: str) -> Done:
        return finish(self.start(minutes, *command))

    def states(self) -> dict[str, int]:
        store = open_store(self.store)
        found = {state.value: n for state, n in store.editions.count_outbox().items() if n}
        store.close()
        return found

    def sent(self) -> set[str]:
        """The Message-IDs that the outbox calls sent."""
        store = open_store(self.store)
        with store.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT channel_target FROM outbox WHERE state = 'sent'").scalars().all()
        store.close()
        return {message_id(reader) for reader in rows}


def message_id(reader: str) -> str:
    return make_message_id(EDITION, Envelope(sender="digest@mail.example", recipient=reader))


class Stalling(Sink):
    """Kills who is connected at the point that is set, once; before (DATA) or after (DONE) taking the mail."""

    at = ""
    process: "subprocess.Popen[str] | None" = None

    def strike(self, point: str) -> None:
        if point == self.at and self.process is not None:
            self.at = ""
            os.killpg(self.process.pid, signal.SIGKILL)

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.strike("RCPT")
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        self.strike("DATA")
        answer = await super().handle_DATA(server, session, envelope)
        self.strike("DONE")
        return answer


@pytest.mark.parametrize("number", range(N_KILLS))
def test_a_delivery_that_is_killed_ends_with_everything_sent_and_the_ledgers_equal(tmp_path, number):
    point = POINTS[number % len(POINTS)]
    with sink(handler=Stalling()) as server:
        assert isinstance(server, Stalling)
        office = Office(tmp_path / "office", server.port)
        server.at, server.process = point, office.start(0, "deliver")
        _, told = server.process.communicate(timeout=120)
        assert server.process.returncode == -signal.SIGKILL, told
        assert office.states() == {"sending": 1, "ready": 2}
        office.run(5, "deliver")
        early = Counter(server.message_ids)
        done = office.run(15, "deliver", "--json")
    assert done.value["outbox"]["counts"]["sent"] == 3
    assert done.value["outbox"]["ambiguous_resends"] == 1
    counts = Counter(server.message_ids)
    assert set(counts) == office.sent() == {message_id(reader) for reader in READERS}
    # Taken but not noted down, READERS[0]'s comes twice under one Message-ID; everything else once.
    is_double = point in ("DATA", "DONE")
    assert counts[message_id(READERS[0])] == (2 if is_double else 1)
    assert early[message_id(READERS[0])] == (1 if is_double else 0)
    assert [counts[message_id(reader)] for reader in READERS[1:]] == [1, 1]


def test_at_most_once_sends_nothing_twice_and_tells_what_is_unknown(tmp_path):
    with sink(handler=Stalling()) as server:
        assert isinstance(server, Stalling)
        office = Office(tmp_path / "office", server.port, at_most_once="true")
        server.at, server.process = "DONE", office.start(0, "deliver")
        _, told = server.process.communicate(timeout=120)
        done = office.run(60, "deliver")
    assert done.status == 1
    assert "may have arrived, is not sent again" in done.stdout
    assert office.states() == {"sent": 2, "unknown": 1}
    assert sorted(Counter(server.message_ids).values()) == [1, 1, 1]


@pytest.mark.skipif(not has_postfix(), reason="needs Debian's package postfix, and root to start it")
def test_postfix_takes_every_mail_into_its_mailboxes_and_refuses_who_has_none(tmp_path):
    with running_postfix() as postfix:
        check_postfix(tmp_path, postfix)


def check_postfix(tmp_path: Path, postfix: Postfix) -> None:
    office = Office(tmp_path / "office", postfix.port, security="starttls", ca_file=postfix.ca_file)
    tried = office.run(0, "mail", "test", "--to", READERS[0])
    assert tried.status == 0, tried.stdout + tried.stderr
    assert "TLS" in tried.stdout
    done = office.run(0, "deliver")
    assert "550 5.1.1" in done.stdout
    assert office.states() == {"sent": 2, "ready": 1}
    wait_until(lambda: len(postfix.mails("anna")) == 2 and len(postfix.mails("bert")) == 1)
    arrived = [mail for mail in (*postfix.mails("anna"), *postfix.mails("bert")) if b"Test mail" not in mail]
    assert {found_id(mail) for mail in arrived} == office.sent()
    assert all(b"auto-generated" in mail for mail in arrived)


def found_id(mail: bytes) -> str:
    from fast_mail_parser import parse_email

    return parse_email(mail).headers["Message-ID"][0]
