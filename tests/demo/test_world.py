"""The demo world over real HTTP: formats, pages, clock, conditional requests, log and configuration."""

import gzip
import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from lxml import html as lxml_html
from ruamel.yaml import YAML

from monitor.demo import DemoArticle, DemoWorld, load_articles

ARTICLES = load_articles()
FIRST_VERSIONS = [article for article in ARTICLES if not article.updates]
NEWEST = {article.updates: article for article in ARTICLES if article.updates}
ATOM = "{http://www.w3.org/2005/Atom}"
RSS_1_0 = "{http://purl.org/rss/1.0/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture(scope="module")
def running_world() -> Iterator[DemoWorld]:
    with DemoWorld() as running:
        yield running


@pytest.fixture
def world(running_world: DemoWorld) -> DemoWorld:
    running_world.set_clock(running_world.days[-1])
    running_world.clear_log()
    return running_world


def get(url: str, method: str = "GET", **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = Answer(response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answer


def feed_of(world: DemoWorld, title: str) -> str:
    return next(feed.url for feed in world.feeds if feed.title == title)


def root_of(url: str) -> str:
    return "http://" + urlsplit(url).netloc


def titles(outlet: str) -> set[str]:
    return {NEWEST.get(article.id, article).title for article in FIRST_VERSIONS if article.outlet == outlet}


def test_rss_with_summaries_lists_every_story(world):
    root = ElementTree.fromstring(get(feed_of(world, "Meravian Wire")).body)
    assert {item.findtext("title") for item in root.iter("item")} == titles("wire")
    assert all(item.findtext("description") for item in root.iter("item"))
    assert root.find(f".//{CONTENT}encoded") is None


def test_rss_with_full_text_carries_every_sentence(world):
    root = ElementTree.fromstring(get(feed_of(world, "Port Ansel Courier")).body)
    items = {item.findtext("title"): unescape(item.findtext(f"{CONTENT}encoded") or "") for item in root.iter("item")}
    assert items.keys() == titles("courier")
    for article in FIRST_VERSIONS:
        current = NEWEST.get(article.id, article)
        if current.outlet == "courier":
            assert all(sentence.text in items[current.title] for sentence in current.sentences)


def test_atom_lists_every_story_with_both_times(world):
    root = ElementTree.fromstring(get(feed_of(world, "Grid & Current")).body)
    entries = {unescape(entry.findtext(f"{ATOM}title") or ""): entry for entry in root.iter(f"{ATOM}entry")}
    assert entries.keys() == titles("current")
    updated = entries["Ostrel Narrows: second turbine to stay idle until 12 June"]
    assert updated.findtext(f"{ATOM}published") == "2026-06-03T09:30:00+00:00"
    assert updated.findtext(f"{ATOM}updated") == "2026-06-04T07:40:00+00:00"


def test_atom_titles_are_html_escaped_twice_as_their_type_says(world):
    root = ElementTree.fromstring(get(feed_of(world, "Grid & Current")).body)
    texts = [node.text or "" for node in root.iterfind(f"{ATOM}entry/{ATOM}title")]
    assert any("Meravia&#x27;s" in text for text in texts)
    assert not any("'" in text for text in texts)


def test_json_feed_lists_every_story(world):
    document = json.loads(get(feed_of(world, "Dunmarrow Ledger")).body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert {item["title"] for item in document["items"]} == titles("ledger")


def test_rss_1_0_lists_every_story(world):
    root = ElementTree.fromstring(get(feed_of(world, "Vessen Island Post")).body)
    assert {item.findtext(f"{RSS_1_0}title") for item in root.iter(f"{RSS_1_0}item")} == titles("island")


def test_news_sitemap_lists_every_story(world):
    root = ElementTree.fromstring(get(feed_of(world, "海峡能源报")).body)
    news = "{http://www.google.com/schemas/sitemap-news/0.9}title"
    assert {url.findtext(f".//{news}") for url in root.iter(f"{SITEMAP}url")} == titles("strait")


@pytest.mark.parametrize("article", FIRST_VERSIONS, ids=lambda article: article.id)
def test_a_page_holds_headline_every_sentence_and_clutter(world, article: DemoArticle):
    current = NEWEST.get(article.id, article)
    answer = get(world.url_of(article.id))
    page = lxml_html.document_fromstring(answer.text)
    shown = page.text_content()
    assert answer.status == 200
    assert current.title in shown
    assert all(sentence.text in shown for sentence in current.sentences)
    assert len(shown) > sum(map(len, current.texts)) + 150
    assert page.xpath("//link[@rel='canonical']/@href") == [world.url_of(article.id)]


def test_each_front_page_announces_its_feed(world):
    for feed in world.feeds:
        page = lxml_html.document_fromstring(get(f"{root_of(feed.url)}/").text)
        assert page.xpath("//link[@rel='alternate']/@href") == [feed.url]


def test_rss_links_with_tracking_parameters_lead_to_the_page(world):
    root = ElementTree.fromstring(get(feed_of(world, "Meravian Wire")).body)
    link = root.findtext(".//item/link") or ""
    assert "utm_source=" in link
    assert get(link).status == 200


def test_robots_txt_allows_the_articles_and_names_the_sitemap(world):
    text = get(f"{root_of(feed_of(world, '海峡能源报'))}/robots.txt").text
    assert "Disallow: /members/" in text
    assert f"Sitemap: {feed_of(world, '海峡能源报')}" in text


def test_an_unknown_path_is_404(world):
    assert get(f"{root_of(world.feeds[0].url)}/nothing-here").status == 404


def test_the_same_etag_gives_304_without_a_body(world):
    for feed in world.feeds:
        first = get(feed.url)
        again = get(feed.url, If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Last-Modified"] == first.headers["Last-Modified"]


def test_the_date_alone_gives_304(world):
    url = world.url_of("D01")
    first = get(url)
    assert get(url, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert get(url, If_Modified_Since="Mon, 01 Jun 2026 00:00:00 GMT").status == 200


def test_a_foreign_etag_outweighs_the_right_date(world):
    url = world.url_of("D01")
    date = get(url).headers["Last-Modified"]
    assert get(url, If_None_Match='"other"', If_Modified_Since=date).status == 200


@pytest.mark.parametrize("tags", ["*", '"a", {tag}', "{strong}"])
def test_etags_in_every_spelling_give_304(world, tags):
    url = world.url_of("D01")
    tag = get(url).headers["ETag"]
    sent = tags.format(tag=tag, strong=tag.removeprefix("W/"))
    assert get(url, If_None_Match=sent).status == 304


def test_a_date_that_cannot_be_read_is_ignored(world):
    assert get(world.url_of("D01"), If_Modified_Since="yesterday").status == 200


def test_a_date_far_outside_the_calendar_is_ignored(world):
    sent = "Fri, 31 Dec 9999 23:59:59 -2300"
    assert get(world.url_of("D01"), If_Modified_Since=sent).status == 200


def test_a_feed_changes_its_validators_when_news_come_out(world):
    url = feed_of(world, "Meravian Wire")
    world.set_clock(datetime(2026, 6, 2, 12, tzinfo=UTC))
    before = get(url)
    world.set_clock(datetime(2026, 6, 3, 7, tzinfo=UTC))
    after = get(url, If_None_Match=before.headers["ETag"], If_Modified_Since=before.headers["Last-Modified"])
    assert after.status == 200
    assert after.headers["Last-Modified"] == "Wed, 03 Jun 2026 06:10:00 GMT"


def test_a_page_keeps_its_validators_when_other_news_come_out(world):
    world.set_clock(datetime(2026, 6, 2, 12, tzinfo=UTC))
    before = get(world.url_of("D01")).headers["ETag"]
    world.set_clock(datetime(2026, 6, 4, 20, tzinfo=UTC))
    assert get(world.url_of("D01")).headers["ETag"] == before


def test_only_what_is_published_by_the_clock_is_visible(world):
    moment = next(article.published_at for article in ARTICLES if article.id == "D17")
    world.set_clock(moment - timedelta(seconds=1))
    assert get(world.url_of("D17")).status == 404
    world.set_clock(moment)
    assert get(world.url_of("D17")).status == 200


def test_feeds_before_the_first_article_are_valid_and_empty(world):
    world.set_clock(datetime(2026, 6, 1, tzinfo=UTC))
    for feed in world.feeds:
        answer = get(feed.url)
        assert answer.status == 200
        if answer.headers["Content-Type"].startswith("application/feed+json"):
            assert json.loads(answer.body)["items"] == []
        else:
            names = {node.tag.rpartition("}")[2] for node in ElementTree.fromstring(answer.body).iter()}
            assert not names & {"item", "entry", "url"}


def test_an_update_replaces_the_text_at_the_same_address(world):
    url = world.url_of("D14")
    assert url == world.url_of("D09")
    world.set_clock(datetime(2026, 6, 2, 15, tzinfo=UTC))
    assert "fell 9.3 percent" in get(url).text
    world.set_clock(datetime(2026, 6, 2, 18, tzinfo=UTC))
    assert "fell 9.3 percent" not in get(url).text
    assert "closed 12.1 percent lower" in get(url).text


def test_the_clock_refuses_a_naive_time(world):
    with pytest.raises(ValueError, match="aware"):
        world.set_clock(datetime(2026, 6, 2))


def test_the_days_are_evenings_that_show_one_day_more_each(world):
    counts = [sum(article.published_at <= day for article in ARTICLES) for day in world.days]
    assert len(counts) == 3
    assert counts == sorted(set(counts))
    assert counts[-1] == len(ARTICLES)


def test_gzip_is_sent_to_those_who_ask_for_it(world):
    url = world.feeds[0].url
    plain, packed = get(url), get(url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_head_has_the_headers_of_get_and_no_body(world):
    parts = urlsplit(world.feeds[0].url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    lengths = []
    for method in ("HEAD", "GET"):  # on one connection, where a body after HEAD would spoil the next answer
        connection.request(method, parts.path)
        response = connection.getresponse()
        lengths.append((response.status, response.headers["Content-Length"], len(response.read())))
    connection.close()
    (_, announced, _), (_, _, sent) = lengths
    assert lengths == [(200, announced, 0), (200, announced, sent)]
    assert sent == int(announced)


def test_the_log_shows_what_was_asked_and_answered(world):
    url = feed_of(world, "Dunmarrow Ledger")
    tag = get(url).headers["ETag"]
    world.clear_log()
    get(url, If_None_Match=tag, User_Agent="reader/1")
    (row,) = world.log
    assert (row.outlet, row.method, row.path, row.status) == ("ledger", "GET", "/feed.json", 304)
    assert row.header("User-Agent") == "reader/1"
    assert row.header("If-None-Match") == tag


def test_every_server_is_on_loopback(world):
    assert all(urlsplit(feed.url).hostname.startswith("127.") for feed in world.feeds)
    assert len({urlsplit(feed.url).netloc for feed in world.feeds}) == 6


def test_a_stopped_world_answers_nobody_and_can_start_again():
    world = DemoWorld().start()
    url = world.feeds[0].url
    world.stop()
    world.stop()
    assert world.feeds == ()
    with pytest.raises(OSError, match="refused"):
        get(url)
    with world:
        assert get(world.feeds[0].url).status == 200


def test_the_configuration_subscribes_to_every_feed_and_brings_the_corpus(world, tmp_path: Path):
    path = world.write_config(tmp_path / "demo")
    written = YAML(typ="safe").load(path)
    assert path == tmp_path / "demo" / "feeds.yaml"
    assert [(feed["url"], feed["title"]) for feed in written["feeds"]] == list(world.feeds)
    assert written["fetch"]["allow_private"] is True
    assert [digest["deliver"] for digest in written["digests"]] == [[{"html": "site/"}]]
    assert len(list((path.parent / written["corpus"][0]).glob("*.txt"))) == 4
