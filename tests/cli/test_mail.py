"""``deliver``, ``mail test``, ``digest --to`` and ``--dry-run`` on an edition that waits, and a real mail server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import pipeline
from monitor.model import ChannelAddress, Digest
from monitor.stages.compose import Composition
from monitor.store import open_store
from tests.cli.conftest import NOW
from tests.deliver.sink import sink
from tests.docs.test_json import difference, example
from tests.render.editions import sample_edition

AT = ("--now", NOW.isoformat())
READERS = ("anna@post.example", "bert@post.example")


@pytest.fixture
def server():
    with sink() as running:
        yield running


@pytest.fixture
def office(tmp_path, server):
    """The configuration of an installation with one edition in its outbox."""
    path = tmp_path / "feeds.yaml"
    path.write_text(
        "topics: [{id: all, threshold: 0}]\npublic_url: https://news.example/\n"
        f"email: {{host: 127.0.31.7, port: {server.port}, security: none, from: Digest <digest@mail.example>}}\n"
        f"digests:\n  - id: daily\n    empty: send\n    deliver: [{{html: site/}}, {{email: [{', '.join(READERS)}]}}]\n"
    )
    store = open_store(f"sqlite:///{tmp_path}/monitor.db")
    channels = tuple(ChannelAddress(kind="email", target=reader) for reader in READERS)
    edition = replace(sample_edition(), id="daily/2026-06-02", digest_id="daily")
    pipeline.store_edition(
        Digest(id="daily", title="Daily", topic_ids=("all",), channels=channels),
        Composition(edition=edition, waiting=()), store=store, to_seq=0, slot=None, now=NOW,
    )  # fmt: skip
    store.close()
    return path


def test_deliver_sends_what_waits_and_links_to_the_page(cli, office, server):
    done = cli("--config", office, *AT, "deliver")
    assert (done.status, done.out) == (0, "".join(f"delivered  email:{reader}\n" for reader in READERS))
    assert server.recipients == list(READERS)
    assert cli("--config", office, *AT, "deliver").out == "Nothing waits in the outbox.\n"


def test_deliver_tells_what_waits_why_and_what_to_do(cli, office, server):
    server.verdict = "554 5.7.1 not from you"
    done = cli("--config", office, *AT, "deliver")
    assert done.status == 1
    assert "daily/2026-06-02 to email:anna@post.example: held: refused for good after 1 attempt" in done.out
    assert "end of message: 554 5.7.1 not from you" in done.out
    assert "2 editions will not be sent unless you say so" in done.out
    server.verdict = "250 taken"
    assert cli("--config", office, *AT, "deliver").status == 0
    assert server.mails == []
    assert cli("--config", office, *AT, "deliver", "--retry").status == 0
    assert server.recipients == list(READERS)


def test_deliver_as_json_has_the_form_of_the_reference(cli, office, server):
    server.verdict = "451 4.3.0 later"
    done = cli("--config", office, *AT, "deliver", "--json")
    assert done.status == 1
    assert difference(example("deliver"), done.value) == set()
    assert done.value["outbox"]["counts"]["ready"] == 2


def test_mail_test_shows_every_stage_and_sends_a_mail_to_the_sender(cli, office, server):
    done = cli("--config", office, "mail", "test")
    assert done.status == 0
    stages = ["connect", "greeting", "EHLO", "MAIL FROM", "RCPT TO", "DATA", "end of message", "QUIT"]
    assert [line[5:20].strip() for line in done.out.splitlines()[:-1]] == stages
    assert done.out.endswith("A test mail is on its way to digest@mail.example.\n")
    assert server.recipients == ["digest@mail.example"]


def test_mail_test_can_end_after_the_login(cli, office, server):
    done = cli("--config", office, "mail", "test", "--no-send", "--json")
    assert difference(example("mail test"), done.value) == set()
    assert (done.value["ok"], server.mails) == (True, [])


def test_mail_test_names_the_stage_that_failed(cli, office, server):
    server.refused = {"gone@post.example"}
    done = cli("--config", office, "mail", "test", "--to", "gone@post.example")
    assert done.status == 1
    assert "FAIL RCPT TO        550 5.1.1 no such mailbox" in done.out


def test_mail_test_without_a_server_says_what_to_add(cli, bare):
    done = cli("--config", bare, "mail", "test")
    assert done.status == 2
    assert "add `email:" in done.err


def test_a_dry_run_shows_who_would_get_what_and_stores_nothing(cli, office, server):
    done = cli("--config", office, *AT, "digest", "--dry-run")
    assert done.status == 0
    assert f"email:{READERS[0]}: Nothing new: daily, " in done.out
    assert done.out.endswith("Nothing was sent or stored.\n")
    value = cli("--config", office, *AT, "digest", "--dry-run", "--to", "other@post.example", "--json").value
    assert [row["channel"] for row in value["channels"]] == ["email:other@post.example"]
    assert value["channels"][0]["bytes"] > 1_000
    assert server.mails == []
    assert cli("--config", office, *AT, "deliver", "--json").value["sent"] == [f"email:{reader}" for reader in READERS]


def test_an_edition_can_be_sent_to_one_address_alone(cli, office, server):
    cli("--config", office, *AT, "deliver")
    server.mails.clear()
    done = cli("--config", office, "--now", "2026-06-04T05:00:00Z", "digest", "--send", "--to", "other@post.example")
    assert done.status == 0, done.err
    assert server.recipients == ["other@post.example"]
    assert not (office.parent / "site").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--to", "anna@post.example"], "--to goes with --send or --dry-run"),
        (["--send", "--to", "nobody"], "no mail address, and no channel of daily; it has: html:"),
        (["--dry-run", "--since", "1d"], "--since and --until are for previews"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(cli, office, arguments, told):
    done = cli("--config", office, *AT, "digest", *arguments)
    assert done.status == 2
    assert told in done.err
