"""What a configuration without mistakes becomes."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from monitor.config import EmailSettings, FetchSettings, load_settings
from monitor.errors import ConfigError
from monitor.model import ChannelAddress, Digest, Feed, Topic

CHECKOUT = Path(__file__).parents[2]
T = "topics: [{id: ai}]\n"

FULL = """\
corpus: [seeds/]
topics:
  - id: tides
    title: Tidal power
    learn: false
    any: [Kessel Strait, +turbine, -moon]
    none: [Tide detergent]
    threshold: 0
  - id: grid
aliases:
  - [turbine, 涡轮]
feeds:
  - https://news.example/rss
  - url: https://record.example/list
    title: Official record
    kind: federal-register
    every: 1h30m
    full_text: false
    topics: [tides]
    enabled: false
opml: [subscriptions.opml]
digests:
  - id: daily
    title: What is new
    topics: [tides]
    schedule: "0 7 * * 1"
    timezone: Europe/Berlin
    empty: send
    deliver:
      - html: site/
      - email: [a@desk.example, b@desk.example]
      - notify: ntfy://topic
email: {host: smtp.desk.example, port: 2525, security: tls, username: me, password: "${PW}",
        from: "Digest <d@desk.example>"}
fetch: {contact: me@desk.example, timeout: 2.5s, max_bytes: 2MB, per_host: 3, concurrency: 8, robots: false,
        allow_private: true, allow_networks: [10.0.0.0/8], max_age: 3d, host_gap: 0s}
store: postgresql://me@db.example/news
templates: mine/
"""

OPML = """\
<opml version="2.0"><body><outline text="Folder">
<outline type="rss" text="From the list" xmlUrl="https://list.example/rss"/>
<outline type="rss" text="Again" xmlUrl="https://NEWS.example:443/rss"/>
<outline type="rss" text="Odd" xmlUrl="gopher://old.example/"/>
</outline></body></opml>
"""


@pytest.fixture
def full(tmp_path, load):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "subscriptions.opml").write_text(OPML)
    return load(FULL, {"PW": " s3cret "})


def test_topics_carry_every_key(full):
    assert full.topics == (
        Topic(
            id="tides",
            title="Tidal power",
            learn=False,
            any_terms=("Kessel Strait", "+turbine", "-moon"),
            none_terms=("Tide detergent",),
            threshold=0.0,
        ),
        Topic(id="grid", title="grid"),
    )


def test_feeds_of_the_file_come_before_those_of_opml_and_each_address_once(full):
    assert full.feeds == (
        Feed(url="https://news.example/rss"),
        Feed(
            url="https://record.example/list",
            title="Official record",
            kind="federal-register",
            every_s=5400,
            full_text=False,
            topic_ids=("tides",),
            is_enabled=False,
        ),
        Feed(url="https://list.example/rss", title="From the list"),
    )


def test_notes_name_what_was_folded_and_left_out(full):
    assert full.notes == (
        'subscriptions.opml: "Odd" has no web address and is left out',
        "https://NEWS.example:443/rss is listed more than once: the first entry counts",
    )


def test_digest_has_one_channel_for_each_target(full, tmp_path):
    assert full.digests == (
        Digest(
            id="daily",
            title="What is new",
            topic_ids=("tides",),
            schedule="0 7 * * 1",
            timezone="Europe/Berlin",
            send_empty=True,
            channels=(
                ChannelAddress(kind="html", target=str(tmp_path / "site")),
                ChannelAddress(kind="email", target="a@desk.example"),
                ChannelAddress(kind="email", target="b@desk.example"),
                ChannelAddress(kind="notify", target="ntfy://topic"),
            ),
        ),
    )


def test_mail_server_takes_the_password_from_the_environment_as_it_is(full):
    assert full.email == EmailSettings(
        host="smtp.desk.example",
        port=2525,
        security="tls",
        username="me",
        password=" s3cret ",
        sender="Digest <d@desk.example>",
    )


def test_password_is_not_in_the_repr_of_the_settings(full):
    assert "s3cret" not in repr(full)


def test_fetch_settings_are_in_seconds_and_bytes(full):
    assert full.fetch == FetchSettings(
        contact="me@desk.example",
        timeout_s=2.5,
        max_bytes=2_000_000,
        per_host=3,
        concurrency=8,
        robots=False,
        allow_private=True,
        allow_networks=(IPv4Network("10.0.0.0/8"),),
        max_age_s=3 * 86400,
        host_gap_s=0.0,
    )


def test_paths_are_absolute_and_relative_to_the_file(full, tmp_path):
    assert full.path == tmp_path / "feeds.yaml"
    assert full.corpus == (tmp_path / "seeds",)
    assert full.templates == tmp_path / "mine"


def test_paths_start_at_the_file_when_it_is_named_from_another_folder(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "feeds.yaml").write_text(T)
    monkeypatch.chdir(tmp_path)

    settings = load_settings(Path("sub/feeds.yaml"), env={})

    assert settings.store == f"sqlite:///{tmp_path}/sub/monitor.db"


def test_server_address_of_the_store_stays_as_written(full):
    assert full.store == "postgresql://me@db.example/news"


def test_aliases_keep_their_order(full):
    assert full.aliases == (("turbine", "涡轮"),)


def test_topics_alone_make_a_whole_configuration(load, tmp_path):
    settings = load(T)

    assert settings.digests == (
        Digest(
            id="daily",
            title="What is new",
            topic_ids=("ai",),
            schedule="0 7 * * *",
            timezone="UTC",
            channels=(ChannelAddress(kind="html", target=str(tmp_path / "site")),),
        ),
    )
    assert settings.fetch == FetchSettings()
    assert settings.store == f"sqlite:///{tmp_path}/monitor.db"
    assert (settings.corpus, settings.feeds, settings.aliases, settings.email) == ((), (), (), None)


def test_digest_without_topics_has_all_of_them(load):
    (digest,) = load("topics: [{id: a}, {id: b}]\ndigests: [{id: d}]\n").digests

    assert digest.topic_ids == ("a", "b")


def test_digest_without_schedule_is_made_by_hand_only(load):
    assert load(T + "digests: [{id: d}]\n").digests[0].schedule is None


def test_empty_list_of_digests_means_none(load):
    assert load(T + "digests: []\n").digests == ()


def test_channel_target_may_stand_without_a_list(load):
    (digest,) = load(
        T + "digests: [{id: d, deliver: [{email: a@b.example}]}]\nemail: {host: h, from: a@b.example}\n"
    ).digests

    assert digest.channels == (ChannelAddress(kind="email", target="a@b.example"),)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_mail_port_follows_security(load, security, port):
    assert load(T + f"email: {{host: h, security: {security}, from: a@b.example}}\n").email.port == port


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("sqlite:///a/b.db", "sqlite:///{folder}/a/b.db"),
        ("sqlite:////var/lib/b.db", "sqlite:////var/lib/b.db"),
        ("sqlite:///b.db?mode=ro", "sqlite:///{folder}/b.db?mode=ro"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite:///~/b.db", "sqlite:////home/reader/b.db"),
    ],
)
def test_sqlite_file_becomes_absolute(load, tmp_path, written, address):
    settings = load(T + f"store: '{written}'\n", {"HOME": "/home/reader"})

    assert settings.store == address.format(folder=tmp_path)


@pytest.mark.parametrize(
    "key", ["http://a.example", "HTTP://A.example/", "http://a.example:80/", "http://a.example/#top"]
)
def test_spellings_of_one_address_are_one_feed(load, key):
    settings = load(T + f"feeds: ['http://a.example/', '{key}']\n")

    assert [feed.url for feed in settings.feeds] == ["http://a.example/"]


def test_addresses_that_differ_in_a_parameter_are_two_feeds(load):
    assert len(load(T + "feeds: ['http://a.example/?ref=x', 'http://a.example/?ref=y']\n").feeds) == 2


def test_words_of_yaml_1_1_are_text(load):
    (topic,) = load("topics: [{id: no, title: 12:30, any: [NO, on, 2026-09-04]}]\n").topics

    assert (topic.id, topic.title, topic.any_terms) == ("no", "12:30", ("NO", "on", "2026-09-04"))


def test_variable_fills_numbers_and_switches(load):
    settings = load(
        T + "fetch: {per_host: '${N}', robots: '${R}', timeout: '${T}'}\n", {"N": "5", "R": "false", "T": "9s"}
    )

    assert (settings.fetch.per_host, settings.fetch.robots, settings.fetch.timeout_s) == (5, False, 9.0)


def test_default_is_used_when_a_variable_is_not_set_or_empty(load):
    text = T + "fetch: {contact: '${WHO:-a@b.example}'}\n"

    assert load(text).fetch.contact == "a@b.example"
    assert load(text, {"WHO": ""}).fetch.contact == "a@b.example"
    assert load(text, {"WHO": "c@d.example"}).fetch.contact == "c@d.example"


def test_variable_inside_a_value_of_the_environment_is_not_replaced_again(load):
    settings = load(T + "email: {host: h, username: u, password: '${A}', from: a@b.example}\n", {"A": "${B}", "B": "x"})

    assert settings.email.password == "${B}"


def test_doubled_dollar_stands_for_the_characters(load):
    assert load("topics: [{id: ai, title: 'a $${B} c'}]\n").topics[0].title == "a ${B} c"


def test_number_of_a_variable_stays_text_where_text_belongs(load):
    assert load("topics: [{id: ai, any: ['${MODEL}']}]\n", {"MODEL": "910"}).topics[0].any_terms == ("910",)


def test_anchor_is_used_twice(load):
    settings = load("topics: [{id: a, any: &chips [Ascend, Kunpeng]}, {id: b, any: *chips}]\n")

    assert settings.topics[1].any_terms == ("Ascend", "Kunpeng")


def test_missing_file_is_a_problem_without_a_place(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "none.yaml", env={})

    (problem,) = caught.value.problems
    assert (problem.line, problem.file) == (None, str(tmp_path / "none.yaml"))
    assert "monitor init" in problem.message


def test_folder_is_no_configuration(tmp_path):
    with pytest.raises(ConfigError, match="this is a folder"):
        load_settings(tmp_path, env={})


def test_shipped_configuration_loads():
    settings = load_settings(CHECKOUT / "feeds.yaml", env={})

    assert settings.topics
    assert settings.feeds
    assert settings.notes == ()


def test_importing_the_package_imports_no_heavy_library():
    code = "import sys, monitor.config; print(sorted({'pydantic', 'ruamel', 'ruamel.yaml', 'lxml'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
