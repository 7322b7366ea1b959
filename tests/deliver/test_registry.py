"""Which channels there are, and standard output."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from monitor.deliver import KINDS, MailServer, Note, Post, Press, StreamChannel, open_channel
from monitor.errors import DeliveryError
from monitor.model import ChannelAddress
from monitor.render import plan_site, render
from tests.render.editions import sample_edition

PRESS = Press(render=render, plan_site=plan_site)
POST = Post(
    server=MailServer(host="127.0.31.9", port=25, security="none", sender="digest@mail.example"),
    write_mail=lambda edition, history, recipient: b"",
    write_note=lambda edition: Note(title="t", body="b"),
)


def test_an_unknown_kind_is_refused_for_good_and_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"'pigeon'.*html") as caught:
        open_channel(ChannelAddress(kind="pigeon", target="roof"), base=tmp_path, press=PRESS)
    assert caught.value.permanent


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_opening_a_channel_writes_nothing(kind: str, tmp_path: Path) -> None:
    open_channel(ChannelAddress(kind=kind, target="text"), base=tmp_path, press=PRESS, post=POST)
    assert list(tmp_path.iterdir()) == []


def test_mail_without_a_mail_server_is_refused_for_good_and_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="there is no mail server: add `email:") as caught:
        open_channel(ChannelAddress(kind="email", target="a@mail.example"), base=tmp_path, press=PRESS)
    assert caught.value.permanent


def test_stream_channel_writes_the_edition_in_its_format() -> None:
    stream = io.BytesIO()
    StreamChannel(stream, format="text", name="stdout:text", press=PRESS).send(sample_edition(), history=(), key="k")
    assert stream.getvalue() == render(sample_edition(), "text")


def test_a_closed_stream_is_worth_a_retry() -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(DeliveryError) as caught:
        StreamChannel(stream, format="text", name="stdout:", press=PRESS).send(sample_edition(), history=(), key="k")
    assert not caught.value.permanent
