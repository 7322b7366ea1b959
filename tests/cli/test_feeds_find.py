"""``monitor feeds discover`` and ``monitor feeds add``."""

from __future__ import annotations

import gzip

import pytest

from monitor.config import load_settings
from tests.web import serve

HOME = """<html><head><title>The Gazette</title>
<link rel="alternate" type="application/rss+xml" title="Gazette: comments" href="/comments.rss">
<link rel="alternate" type="application/rss+xml" title="Gazette: all" href="/all.rss">
<link rel="alternate" type="application/rss+xml" title="Gazette: gone" href="/gone.rss">
</head><body><a href="/sport/rss">RSS</a><a href="/about">About</a></body></html>"""
TEMPLATE = """# mine
topics:
  - {id: all, threshold: 0}   # everything
fetch: {allow_private: true}
feeds:
  # kept
  - https://elsewhere.example/rss
"""


def rss(title, *numbers):
    items = "".join(
        f"<item><title>Report {n}</title><link>/r/{n}</link><pubDate>Mon, 0{n} Jun 2026 07:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


@pytest.fixture(scope="module")
def web():
    with serve() as site:
        site.put("/", HOME, Content_Type="text/html")
        site.put("/all.rss", rss("The Gazette", 1, 2), ETag='"1"')
        site.put("/comments.rss", rss("Comments", 1))
        site.put("/sport/rss", rss("Sport", 2))
        site.put("/moved.rss", "", status=301, Location="/all.rss")
        site.put("/silent/", "<html><title>Silent</title><p>Nothing to subscribe to here.</p></html>")
        site.put("/empty/", "<html><title>Empty</title><p>Nothing.</p></html>")
        links = "".join(f"<li><a href='/press/note-{n}'>Note {n}</a></li>" for n in (1, 2))
        site.put(
            "/press/", f"<html><title>Press</title><a href='/about'>All about us</a><ul id='n'>{links}</ul></html>"
        )
        child = f"<urlset><url><loc>{site.url('/r/7')}</loc><lastmod>2026-06-01</lastmod></url></urlset>"
        site.put("/map.xml", f"<sitemapindex><sitemap><loc>{site.url('/m.xml.gz')}</loc></sitemap></sitemapindex>")
        site.put("/m.xml.gz", gzip.compress(child.encode()))
        yield site


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def added(config):
    return load_settings(config, env={}).feeds[1:]


def test_discover_tries_what_the_page_offers_and_puts_comments_last(cli, config, web):
    done = cli("-v", "--config", config, "feeds", "discover", web.url("/"), "--json")
    assert done.status == 0
    assert [(row["url"], row["title"], row["how"], row["entries"]) for row in done.values] == [
        (web.url("/all.rss"), "The Gazette", "announced", 2),
        (web.url("/sport/rss"), "Sport", "linked", 1),
        (web.url("/comments.rss"), "Comments", "announced", 1),
    ]
    assert done.values[0]["newest"] == "2026-06-02T07:00:00Z"
    assert f"{web.url('/gone.rss')}: http_status: 404 Not Found" in done.err
    assert config.read_text(encoding="utf-8") == TEMPLATE


def test_discover_looks_at_the_usual_places_where_robots_allows_it(cli, config, web):
    web.put("/robots.txt", "User-agent: *\nDisallow: /silent/feed\n")
    web.put("/silent/rss.xml", rss("Hidden", 1))
    done = cli("--config", config, "feeds", "discover", web.url("/silent/"), "--json")
    assert [(row["url"], row["how"]) for row in done.values] == [(web.url("/silent/rss.xml"), "usual place")]
    assert "/silent/feed" not in web.asked
    assert "/silent/rss" in web.asked


def test_discover_without_a_find_ends_with_status_1(cli, config, web):
    done = cli("--config", config, "feeds", "discover", web.url("/empty/"))
    assert (done.status, done.out) == (1, "")
    assert "no feed was found" in done.err


def test_add_lists_several_feeds_and_adds_none_when_nobody_can_be_asked(cli, config, web):
    done = cli("--config", config, "feeds", "add", web.url("/"))
    assert done.status == 2
    assert "  2  Sport\n" in done.out
    assert "--choose N" in done.err
    assert config.read_text(encoding="utf-8") == TEMPLATE


def test_add_takes_the_first_or_the_chosen_and_leaves_the_rest_of_the_file(cli, config, web):
    first = cli("--config", config, "feeds", "add", web.url("/"), "--first", "--every", "2h", "--json")
    assert (first.status, first.value["added"]["url"]) == (0, web.url("/all.rss"))
    again = cli("--config", config, "feeds", "add", web.url("/"), "--choose", "1", "--title", "Only sport")
    assert again.status == 0
    assert config.read_text(encoding="utf-8") == (
        f"{TEMPLATE}  - url: {web.url('/all.rss')}\n    title: The Gazette\n    every: 2h\n"
        f"  - url: {web.url('/sport/rss')}\n    title: Only sport\n"
    )


def test_add_follows_a_permanent_redirect_and_refuses_doubles_in_any_spelling(cli, config, web):
    assert cli("--config", config, "feeds", "add", web.url("/moved.rss")).status == 0
    assert added(config)[0].url == web.url("/all.rss")
    for url in (web.url("/all.rss/?utm_source=x"), web.url("/moved.rss")):
        done = cli("--config", config, "feeds", "add", url)
        assert done.status == 2
        assert "is subscribed already: 'The Gazette'" in done.err
    assert len(added(config)) == 1


def test_add_takes_the_links_of_a_page_that_are_picked(cli, config, web):
    done = cli(
        "--config", config, "feeds", "add", web.url("/press/"), "--selector", "#n", "--links", "/press/*", "--json"
    )
    assert (done.value["added"]["kind"], done.value["added"]["entries"]) == ("page", 2)
    (feed,) = added(config)
    assert (feed.kind, feed.selector, feed.links) == ("page", "#n", "/press/*")


def test_add_reads_an_index_of_sitemaps(cli, config, web):
    done = cli("--config", config, "feeds", "add", web.url("/map.xml"), "--json")
    assert (done.value["added"]["entries"], done.value["added"]["newest"]) == (1, "2026-06-01T00:00:00Z")


def test_add_without_asking_takes_the_address_as_it_is(cli, config):
    assert cli("--config", config, "feeds", "add", "news.example/rss", "--unchecked").status == 0
    assert added(config)[0].url == "https://news.example/rss"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ftp://a.example/x"], "not a web address"),
        (["https://a.example/x", "--kind", "feeed"], "no kind 'feeed'"),
        (["https://a.example/x", "--every", "often"], "write a length of time"),
        (["https://a.example/x", "--kind", "search", "--every", "10m"], "once an hour at most"),
        (["https://a.example/x", "--links", "/a/*", "--kind", "feed"], "--kind page"),
        (["https://elsewhere.example/rss/"], "is subscribed already"),
    ],
)
def test_add_refuses_what_cannot_be_meant(words, said, cli, config):
    done = cli("--config", config, "feeds", "add", *words)
    assert (done.status, said in done.err) == (2, True)
    assert config.read_text(encoding="utf-8") == TEMPLATE


def test_add_of_a_host_that_does_not_answer_says_so_and_adds_nothing(cli, config, web):
    done = cli("--config", config, "feeds", "add", web.url("/nowhere"))
    assert done.status == 1
    assert "404 Not Found" in done.err
    assert config.read_text(encoding="utf-8") == TEMPLATE
