"""Mail as a channel, against a real server with STARTTLS and a login."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

import pytest
import trustme

from monitor.deliver import MailChannel
from monitor.errors import DeliveryError, RenderError
from monitor.model import Edition
from monitor.render import Envelope, render
from monitor.text.mailboxes import Mailbox
from tests.deliver.scripted import HOST, LIMITS, PASSWORD, mail_server
from tests.deliver.sink import Sink, sink
from tests.render.editions import sample_edition


def write(edition: Edition, history: Sequence[Edition], recipient: Mailbox) -> bytes:
    envelope = Envelope(sender="digest@mail.example", sender_name="Digest", recipient=recipient.address)
    return render(edition, "email", history=history, envelope=envelope)


def channel(server: Sink, ca_file: Path | None, *, to: str = "reader@post.example", **changes: object) -> MailChannel:
    return MailChannel(
        to, name=f"email:{to}", server=mail_server(server.port, ca_file, **changes), write=write, limits=LIMITS
    )


def send(to: MailChannel) -> None:
    to.send(sample_edition(), history=(sample_edition(),), key="daily/2026-09-04|email:reader@post.example")


def refused(to: MailChannel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(to)
    assert PASSWORD not in str(caught.value)
    return caught.value


def test_an_edition_arrives_over_starttls_with_a_login_as_it_was_written(context, ca_file):
    with sink(context) as server:
        send(channel(server, ca_file))
    ((sender, recipient, body),) = server.mails
    assert (sender, recipient) == ("digest@mail.example", "reader@post.example")
    assert body == write(sample_edition(), (sample_edition(),), Mailbox(local="reader", domain="post.example"))


def test_the_same_key_twice_is_the_same_mail_twice(context, ca_file):
    with sink(context) as server:
        for _ in range(2):
            send(channel(server, ca_file))
    assert server.mails[0] == server.mails[1]


def test_an_edition_arrives_over_a_connection_that_is_encrypted_from_its_start(context, ca_file):
    with sink(tls=context) as server:
        send(channel(server, ca_file, security="tls", username=None, password=None))
    assert server.recipients == ["reader@post.example"]


def test_an_edition_arrives_in_clear_only_where_that_is_asked_for():
    with sink() as server:
        error = refused(channel(server, None, username=None, password=None))
        assert server.mails == []
        send(channel(server, None, security="none", username=None, password=None))
    assert (error.permanent, error.cause) == (True, "server")
    assert "offers no encryption, nothing was sent" in error.detail
    assert "`security: tls`" in error.detail
    assert server.recipients == ["reader@post.example"]


def test_a_wrong_password_is_held_and_said_without_the_password(context, ca_file):
    with sink(context) as server:
        error = refused(channel(server, ca_file, password="wrong password"))
    assert (error.permanent, error.cause) == (True, "server")
    assert "check email.username and email.password" in error.detail
    assert "wrong password" not in error.detail


def test_a_server_that_offers_no_login_is_told_apart_from_one_that_refuses_it(context, ca_file):
    with sink(tls_context=context, require_starttls=True, auth_exclude_mechanism=["PLAIN", "LOGIN"]) as server:
        error = refused(channel(server, ca_file))
    assert "offers no login by name and password" in error.detail
    assert error.permanent


def test_login_works_where_plain_is_not_offered(context, ca_file):
    with sink(context, auth_exclude_mechanism=["PLAIN"]) as server:
        send(channel(server, ca_file))
    assert server.recipients == ["reader@post.example"]


@pytest.mark.parametrize("case", ["unknown authority", "another host"])
def test_a_certificate_that_proves_nothing_ends_the_session_before_the_login(authority, ca_file, case):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (
        trustme.CA().issue_cert(HOST) if case == "unknown authority" else authority.issue_cert("other.example")
    ).configure_cert(made)
    with sink(made) as server:
        error = refused(channel(server, ca_file))
    assert "the certificate is not accepted" in error.detail
    assert (error.permanent, error.cause) == (False, "server")
    assert server.mails == []


def test_a_file_of_certificates_that_holds_none_is_named(context, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    with sink(context) as server:
        error = refused(channel(server, tmp_path / "ca.pem"))
    assert f"email.ca_file cannot be used: {tmp_path}/ca.pem" in error.detail


def test_a_refused_recipient_is_refused_and_nobody_else(context, ca_file):
    with sink(context) as server:
        server.refused = {"gone@post.example"}
        error = refused(channel(server, ca_file, to="gone@post.example"))
        send(channel(server, ca_file))
    assert (error.permanent, error.cause) == (True, "recipient")
    assert "550 5.1.1 no such mailbox" in error.detail
    assert server.recipients == ["reader@post.example"]


@pytest.mark.parametrize(
    ("verdict", "expected"), [("451 4.3.0 later", (False, "channel")), ("554 5.7.1 spam", (True, "message"))]
)
def test_a_mail_that_is_not_taken_is_tried_again_or_held_as_the_server_says(context, ca_file, verdict, expected):
    with sink(context) as server:
        server.verdict = verdict
        error = refused(channel(server, ca_file))
    assert (error.permanent, error.cause) == expected
    assert verdict in error.detail


def test_a_mail_that_is_too_large_for_the_server_is_not_begun(context, ca_file):
    with sink(context, data_size_limit=10_000) as server:
        error = refused(channel(server, ca_file))
    assert (error.permanent, error.cause) == (True, "message")
    assert "the server takes 10 kB" in error.detail


def test_a_host_in_other_letters_is_written_in_ascii(context, ca_file):
    with sink(context) as server:
        send(channel(server, ca_file, to="reader@münchen.example"))
    assert server.recipients == ["reader@xn--mnchen-3ya.example"]
    assert b"To: reader@xn--mnchen-3ya.example\r\n" in server.mails[0][2]


def test_an_address_in_other_letters_arrives_where_the_server_knows_them(context, ca_file):
    with sink(context) as server:
        send(channel(server, ca_file, to="jörg@post.example"))
    assert server.recipients == ["jörg@post.example"]


def test_an_address_in_other_letters_is_refused_clearly_where_the_server_does_not_know_them(context, ca_file):
    with sink(context, enable_SMTPUTF8=False) as server:
        error = refused(channel(server, ca_file, to="jörg@post.example"))
        send(channel(server, ca_file))
    assert (error.permanent, error.cause) == (True, "recipient")
    assert "lacks SMTPUTF8" in error.detail
    assert server.recipients == ["reader@post.example"]


@pytest.mark.parametrize(
    "to", ["reader", "a b@post.example", "x@post.example>\r\nRCPT TO:<y@post.example", "x@-.example"]
)
def test_what_is_no_address_is_refused_before_anything_is_opened(to):
    error = refused(MailChannel(to, name="email:x", server=mail_server(1, None), write=write, limits=LIMITS))
    assert error.permanent


def test_a_template_that_is_broken_keeps_the_edition_for_later():
    def fail(edition: Edition, history: Sequence[Edition], recipient: Mailbox) -> bytes:
        raise RenderError("digest/email.html:3: unexpected end of template")

    made = MailChannel("a@post.example", name="email:a", server=mail_server(1, None), write=fail, limits=LIMITS)
    error = refused(made)
    assert (error.permanent, error.detail) == (False, "digest/email.html:3: unexpected end of template")


def test_a_server_that_repeats_the_password_is_not_quoted(context, ca_file):
    from tests.deliver import scripted as script

    reply = f"535 no such user as {PASSWORD}\r\n".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(script._REPLIES, "auth", reply)
        with script.scripted(context) as server:
            error = refused(channel(server, ca_file))  # type: ignore[arg-type]
    assert "535 no such user as ***" in error.detail
