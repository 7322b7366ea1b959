"""Every mistake: where it is shown, under which path, and what the message tells to write."""

from __future__ import annotations

import pytest

T = "topics:\n  - id: ai\n    title: Chips\n"
F = T + "feeds:\n  - url: https://news.example/rss\n"
D = T + "digests:\n  - id: daily\n"
MAIL = "email: {host: mail.example, from: d@mail.example"

# (what, text, line, column, path, part of the message, hint)
# fmt: off
ONE_MISTAKE = [
    # --- YAML itself
    ("empty file", "", 1, 1, "", "the file is empty", None),
    ("only a comment", "# nothing\n", 1, 1, "", "the file is empty", None),
    ("a list as root", "- a\n", 1, 1, "", "`key: value`", None),
    ("a word as root", "topics\n", 1, 1, "", "`key: value`", None),
    ("tab as indentation", "topics:\n\t- id: ai\n", 2, 1, "", "a tab stands here", None),
    ("unclosed quote", 'topics:\n  - id: "ai\n', 2, 9, "", "closing quote", None),
    ("unclosed list", "topics:\n  - id: ai\n    any: [a, b\nstore: x\n", 4, 6, "", "put a comma", None),
    ("colon in bare text", "topics:\n  - id: ai\n    title: A: b\n", 3, 13, "", "put the text in quotes", None),
    ("wrong indentation", "topics:\n  - id: ai\n title: x\n", 3, 2, "", "indentation", None),
    ("star in front", "topics:\n  - id: ai\n    any: [*]\n", 3, 12, "", "starts with *", None),
    ("at sign in front", "topics:\n  - id: @ai\n", 2, 9, "", "starts with @", None),
    ("two documents", T + "---\nstore: x\n", 4, 1, "", "second document", None),
    ("list item on the key's line", "topics: - id: ai\n", 1, 9, "", "a line of its own", None),
    ("key given twice", T + "corpus: []\ncorpus: []\n", 5, 1, "corpus", "first in line 4", None),
    ("key that is a list", T + "? [a]\n: b\n", 4, 3, "", "a key must be plain text", None),
    ("own tag", T + "store: !url sqlite:///x.db\n", 4, 8, "store", "the tag !url", None),
    ("alias of itself", T + "aliases: &a [*a]\n", 4, 10, "aliases[0]", "stands inside what it points to", None),
    ("control character", T + "store: 'a\x07'\n", 4, 10, "", "U+0007", None),
    ("not UTF-8", b"topics:\n  - id: caf\xe9\n", 2, 12, "", "not UTF-8", None),
    ("UTF-16", T.encode("utf-16"), 1, 1, "", "not UTF-8", None),
    ("deep brackets", "topics: " + "[" * 1000, 1, 1, "", "nested deeper", None),
    ("deep nesting", T + "aliases: " + "[" * 60 + "]" * 60 + "\n", 4, 13, "aliases[0][0][0]", "nested deeper", None),
    # --- unknown, missing and empty keys
    ("unknown key at the top", T + "feed: []\n", 4, 1, "feed", "is not a known key", 'did you mean "feeds"?'),
    ("unknown key in a topic", T + "    treshold: 0.4\n",
     4, 5, "topics[0].treshold", "threshold", 'did you mean "threshold"?'),
    ("unknown key in a feed", F + "    evry: 5m\n", 6, 5, "feeds[0].evry", "known are url", 'did you mean "every"?'),
    ("unknown key in a digest", D + "    shedule: x\n", 6, 5, "digests[0].shedule", "", 'did you mean "schedule"?'),
    ("unknown channel", D + "    deliver:\n      - mail: a\n",
     7, 9, "digests[0].deliver[0].mail", "", 'did you mean "email"?'),
    ("unknown key in email", T + MAIL + ", usrname: a}\n", 4, 51, "email.usrname", "", 'did you mean "username"?'),
    ("unknown key in fetch", T + "fetch:\n  max_agee: 7d\n", 5, 3, "fetch.max_agee", "", 'did you mean "max_age"?'),
    ("key in the wrong place", T + "timeout: 5s\n", 4, 1, "timeout", "", '"timeout" belongs under fetch or llm'),
    ("key of another level", F + "    corpus: [a]\n", 6, 5, "feeds[0].corpus", "", '"corpus" belongs at the top level'),
    ("unknown key like no other", T + "xyzzy: 1\n", 4, 1, "xyzzy", "known are topics", None),
    ("no topics", "store: sqlite:///x.db\n", 1, 1, "topics", "add `topics:`", None),
    ("topic without id", "topics:\n  - title: x\n", 2, 5, "topics[0].id", "add `id:`", None),
    ("feed without address", T + "feeds:\n  - title: x\n", 5, 5, "feeds[0].url", "add `url:`", None),
    ("mail server without sender", T + "email: {host: mail.example}\n", 4, 8, "email.from", "add `from:`", None),
    ("key without a value", T + "feeds:\n\n# later\n", 4, 1, "feeds", "has no value", None),
    ("optional key without a value", F + "    title:\n", 6, 5, "feeds[0].title", "has no value", None),
    ("item without a value", T + "corpus:\n  -\n", 5, 4, "corpus[0]", "has no value", None),
    # --- wrong forms
    ("no topic in the list", "topics: []\n", 1, 9, "topics", "at least one item", None),
    ("topic as a word", "topics:\n  - ai\n", 2, 5, "topics[0]", "a mapping", 'did you mean "id: ai"?'),
    ("text for a list", T + "corpus: seeds/\n", 4, 9, "corpus", "must be a list", 'did you mean "[seeds/]"?'),
    ("mapping for a list", T + "feeds:\n  url: https://a.example/\n", 5, 3, "feeds", "must be a list", None),
    ("list for a feed", T + "feeds: [[a]]\n", 4, 9, "feeds[0]", "must be a mapping", None),
    ("number for text", T + "    any: [Ascend, 910]\n", 4, 19, "topics[0].any[1]", "put it in quotes", None),
    ("list for text", T + "store: [a]\n", 4, 8, "store", "must be text, not a list", None),
    ("empty term", T + "    any: ['']\n", 4, 11, "topics[0].any[0]", "must not be empty", None),
    ("sign without a term", T + "    any: ['+']\n", 4, 11, "topics[0].any[0]", '"+word"', None),
    ("text of two lines", T + '    none: ["a\\nb"]\n', 4, 12, "topics[0].none[0]", "one line", None),
    ("name alone in an alias", T + "aliases: [[Ascend]]\n", 4, 11, "aliases[0]", "at least 2 items", None),
    ("alias that is no list", T + "aliases:\n  - Ascend\n",
     5, 5, "aliases[0]", "must be a list", 'did you mean "[Ascend]"?'),
    # --- impossible values
    ("blank in an id", "topics:\n  - id: my topic\n", 2, 9, "topics[0].id", "letters", 'did you mean "my-topic"?'),
    ("threshold above 1", T + "    threshold: 1.5\n", 4, 16, "topics[0].threshold", "from 0", None),
    ("threshold not a number", T + "    threshold: .nan\n", 4, 16, "topics[0].threshold", "from 0", None),
    ("yes for true", T + "    learn: yes\n", 4, 12, "topics[0].learn", "true or false", 'did you mean "true"?'),
    ("number for true", T + "    learn: 1\n", 4, 12, "topics[0].learn", "true or false", None),
    ("address of another kind", T + "feeds: [ftp://a.example/]\n", 4, 9, "feeds[0]", "http:// or https://", None),
    ("address without scheme", T + "feeds: [a.example/rss]\n",
     4, 9, "feeds[0]", "", 'did you mean "https://a.example/rss"?'),
    ("address without host", T + "feeds: ['https:///rss']\n", 4, 9, "feeds[0]", "names no host", None),
    ("address with a blank", T + "feeds: ['https://a.example/a b']\n", 4, 9, "feeds[0]", "%20", None),
    ("address with a password", T + "feeds: ['https://u:p@a.example/']\n", 4, 9, "feeds[0]", "user name", None),
    ("address with port 99999", T + "feeds: ['https://a.example:99999/']\n", 4, 9, "feeds[0]", "web address", None),
    ("unknown kind", F + "    kind: sitemaps\n", 6, 11, "feeds[0].kind", "auto, feed", 'did you mean "sitemap"?'),
    ("kind by another name", F + "    kind: rss\n", 6, 11, "feeds[0].kind", "auto, feed", 'did you mean "feed"?'),
    ("time without a unit", F + "    every: 30\n", 6, 12, "feeds[0].every", "has no unit", 'did you mean "30s"?'),
    ("time in words", F + "    every: half an hour\n", 6, 12, "feeds[0].every", "like 20s, 30m", None),
    ("no time at all", F + "    every: 0m\n", 6, 12, "feeds[0].every", "from 1s to 365d", None),
    ("clock time as schedule", D + "    schedule: 7:30\n",
     6, 15, "digests[0].schedule", "five", 'did you mean "30 7 * * *"?'),
    ("hour 25", D + "    schedule: '0 25 * * *'\n", 6, 15, "digests[0].schedule", "the hour field is wrong", None),
    ("six cron fields", D + "    schedule: '0 0 7 * * *'\n", 6, 15, "digests[0].schedule", "five cron fields", None),
    ("30 February", D + "    schedule: '0 7 30 2 *'\n", 6, 15, "digests[0].schedule", "day-of-month", None),
    ("day that never comes", D + "    schedule: '0 7 */28 * 5#3'\n",
     6, 15, "digests[0].schedule", "never comes", None),
    ("unknown zone", D + "    timezone: Europe/Berln\n",
     6, 15, "digests[0].timezone", "no time zone", 'did you mean "Europe/Berlin"?'),
    ("path for a zone", D + "    timezone: ../../etc/hosts\n", 6, 15, "digests[0].timezone", "no time zone", None),
    ("no for skip", D + "    empty: no\n", 6, 12, "digests[0].empty", "skip or send", 'did you mean "skip"?'),
    ("digest of no topics", D + "    topics: []\n", 6, 13, "digests[0].topics", "at least one item", None),
    ("folder as a channel", D + "    deliver: [site/]\n",
     6, 15, "digests[0].deliver[0]", "", 'did you mean "html: site/"?'),
    ("empty channel", D + "    deliver: [{}]\n", 6, 15, "digests[0].deliver[0]", "exactly one key", None),
    ("no Apprise address", D + "    deliver: [{notify: me}]\n", 6, 24, "digests[0].deliver[0].notify", "Apprise", None),
    ("port out of range", T + MAIL + ", port: 99999}\n", 4, 57, "email.port", "from 1 to 65,535", None),
    ("port with a fraction", T + MAIL + ", port: 25.5}\n", 4, 57, "email.port", "whole number", None),
    ("old name of security", T + MAIL + ", security: ssl}\n",
     4, 61, "email.security", "starttls", 'did you mean "tls"?'),
    ("address as host", T + "email: {host: 'smtp://a', from: d@a.example}\n", 4, 15, "email.host", "host name", None),
    ("sender without address", T + "email: {host: a, from: Digest}\n", 4, 24, "email.from", "mail address", None),
    ("name without password", T + MAIL + ", username: me}\n", 4, 8, "email", "belong together", None),
    ("number as password", T + MAIL + ", username: me, password: 12}\n", 4, 75, "email.password", "in quotes", None),
    ("timeout of an hour", T + "fetch: {timeout: 1h}\n", 4, 18, "fetch.timeout", "from 0.1s to 10m", None),
    ("size in words", T + "fetch: {max_bytes: ten}\n", 4, 20, "fetch.max_bytes", "like 500kB", None),
    ("size of a byte", T + "fetch: {max_bytes: 1}\n", 4, 20, "fetch.max_bytes", "from 1 kB", None),
    ("nobody at a time", T + "fetch: {per_host: 0}\n", 4, 19, "fetch.per_host", "from 1 to 32", None),
    ("off for false", T + "fetch: {robots: off}\n", 4, 17, "fetch.robots", "", 'did you mean "false"?'),
    ("bits behind the network", T + "fetch: {allow_networks: [10.0.0.1/8]}\n",
     4, 26, "fetch.allow_networks[0]", "bits", 'did you mean "10.0.0.0/8"?'),
    ("word for a network", T + "fetch: {allow_networks: [home]}\n",
     4, 26, "fetch.allow_networks[0]", "10.0.0.0/8", None),
    ("contact without address", T + "fetch: {contact: me}\n", 4, 18, "fetch.contact", "reached", None),
    ("other database", T + "store: mysql://a/b\n", 4, 8, "store", "sqlite:///FILE", None),
    ("misspelt database", T + "store: postgres://a/b\n", 4, 8, "store", "", 'did you mean "postgresql"?'),
    ("file as database", T + "store: news.db\n", 4, 8, "store", "", 'did you mean "sqlite:///news.db"?'),
    # --- what one part says of another
    ("two topics of one id", T + "  - id: ai\n", 4, 9, "topics[1].id", "taken by line 2", None),
    ("two digests of one id", D + "  - id: daily\n", 6, 9, "digests[1].id", "taken by line 5", None),
    ("feed of an unknown topic", F + "    topics: [aii]\n",
     6, 14, "feeds[0].topics[0]", "known are ai", 'did you mean "ai"?'),
    ("digest of an unknown topic", D + "    topics: [ai, oil]\n",
     6, 18, "digests[0].topics[1]", 'no topic "oil"', None),
    ("mail without a server", D + "    deliver: [{email: [a@b.example]}]\n",
     6, 23, "digests[0].deliver[0].email", "mail server", None),
    ("two channels in one item", D + "    deliver: [{html: a, notify: 'ntfy://b'}]\n",
     6, 15, "digests[0].deliver[0]", "exactly one", None),
    ("corpus that is not there", T + "corpus: [sedes/]\n", 4, 10, "corpus[0]", "no file or folder", None),
    ("OPML that is not there", T + "opml: [subs.opml]\n", 4, 8, "opml[0]", "there is no file", None),
    ("OPML that is a folder", T + "opml: [.]\n", 4, 8, "opml[0]", "cannot be read", None),
    ("OPML that is none", T + "opml: [feeds.yaml]\n", 4, 8, "opml[0]", "no OPML file", None),
    ("templates that are not there", T + "templates: tpl/\n", 4, 12, "templates", "there is no folder", None),
    # --- variables
    ("variable not set", T + "store: ${DB_ADDRESS}\n", 4, 8, "store", "DB_ADDRESS is not set", None),
    ("second variable not set", T + "store: 'sqlite:///${A:-x}${B}'\n", 4, 26, "store", "B is not set", None),
    ("variable without a name", T + "store: ${my db}\n", 4, 8, "store", "write ${NAME}", None),
]
# fmt: on


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "message", "hint"),
    [case[1:] for case in ONE_MISTAKE],
    ids=[case[0] for case in ONE_MISTAKE],
)
def test_mistake_is_shown_alone_at_its_place(problems_of, text, line, column, path, message, hint):
    (problem,) = problems_of(text)

    assert (problem.line, problem.column, problem.path, problem.hint) == (line, column, path, hint)
    assert message in problem.message


def test_all_mistakes_are_shown_at_once_in_file_order(problems_of):
    problems = problems_of(
        "topics:\n  - id: ai\n    treshold: 0.4\nfeeds:\n  - url: https://a.example/\n    every: soon\n"
        "    topics: [oil]\ncorpus: [nowhere/]\nstore: ${DB}\nstore: x\nxyzzy: 1\n"
    )

    assert [(problem.line, problem.path) for problem in problems] == [
        (3, "topics[0].treshold"),
        (6, "feeds[0].every"),
        (7, "feeds[0].topics[0]"),
        (8, "corpus[0]"),
        (9, "store"),
        (10, "store"),
        (11, "xyzzy"),
    ]


def test_wrong_key_in_a_topic_does_not_hide_an_unknown_topic(problems_of):
    problems = problems_of(T + "    lern: true\ndigests:\n  - id: daily\n    topics: [oil]\n")

    assert [problem.path for problem in problems] == ["topics[0].lern", "digests[0].topics[0]"]


def test_topic_without_id_is_not_reported_again_by_its_users(problems_of):
    (problem,) = problems_of(
        "topics:\n  - {idd: ai, id: ai}\n  - title: b\nfeeds:\n  - {url: 'http://a.example', topics: [b]}\n"
    )[1:]

    assert problem.path == "topics[1].id"


def test_column_counts_characters_not_bytes(problems_of):
    (problem,) = problems_of("topics:\n  - {id: ai, title: 华为, lern: true}\n")

    assert problem.column == 25


def test_byte_order_mark_does_not_shift_the_place(problems_of):
    (problem,) = problems_of(b"\xef\xbb\xbf" + b"topic: []\ntopics: [{id: ai}]\n")

    assert (problem.line, problem.column, problem.hint) == (1, 1, 'did you mean "topics"?')


def test_folder_of_the_zone_database_is_no_time_zone(problems_of):
    (problem,) = problems_of(D + "    timezone: America\n")

    assert (problem.line, problem.column, problem.path) == (6, 15, "digests[0].timezone")


def test_text_of_a_problem_names_file_line_column_path_and_hint(problems_of):
    (problem,) = problems_of(F + "    evry: 5m\n")

    assert str(problem).endswith('(did you mean "every"?)')
    assert "feeds.yaml:6:5: feeds[0].evry: is not a known key" in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        T + "store: ${SECRET}\n",
        T + "feeds: ['${SECRET}']\n",
        T + "fetch: {timeout: '${SECRET}', per_host: '${SECRET}', robots: '${SECRET}'}\n",
        D + "    timezone: ${SECRET}\n    deliver: [{notify: '${SECRET}'}]\n",
        T + "corpus: ${SECRET}\ndigests: ['${SECRET}']\n",
        T + "email: {host: 'a/${SECRET}', security: '${SECRET}', from: '${SECRET}'}\n",
    ],
)
def test_problem_never_repeats_a_value_from_the_environment(problems_of, text):
    problems = problems_of(text, {"SECRET": "hunter2 correct horse"})

    assert all("hunter2" not in str(problem) for problem in problems)


def test_many_aliases_of_aliases_are_refused_quickly(problems_of):
    lines = ["topics: [{id: ai}]", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    problems = problems_of("\n".join(lines))

    assert any("use fewer aliases" in problem.message for problem in problems)


def test_file_of_many_megabytes_is_refused_unparsed(problems_of):
    (problem,) = problems_of("#" * 4_000_001)

    assert "OPML" in problem.message
