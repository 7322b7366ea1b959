"""Address keys: what they fold, what they keep apart, and that nothing breaks them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.urls import MAX_URL_CHARS, host_of, is_web_url, resolve, site_of, url_key

HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z][a-z0-9]{0,8}){1,3}", fullmatch=True)
PATHS = st.from_regex(r"(/[A-Za-z0-9._~%-]{0,12}){0,4}", fullmatch=True)
NAMES = st.from_regex(r"x[a-z]{0,5}", fullmatch=True)
QUERIES = st.lists(st.tuples(NAMES, st.from_regex(r"[A-Za-z0-9%+._-]{0,8}", fullmatch=True)), max_size=4)


def address(host: str, path: str, query: list[tuple[str, str]]) -> str:
    tail = "&".join(f"{name}={value}" for name, value in query)
    return f"https://{host}{path}{'?' if tail else ''}{tail}"


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example/a/b",
        "https://www.news.example/a/b",
        "https://m.news.example/a/b/",
        "https://NEWS.example:443/a/b",
        "https://news.example./a/b#comments",
        "https://news.example/a/b?utm_source=x&utm_medium=y&fbclid=1",
        "https://news.example/a/./c/../b",
        "https://news.example//a//b",
        "https://news.example/a/b/index.html",
        "https://news.example/a/b/amp/",
        "https://news.example/a/b.amp",
        "https://news.example/amp/a/b",
        "https://news.example/%61/b",
        "https://www.google.com/amp/s/news.example/a/b",
        "https://news-example.cdn.ampproject.org/c/s/news.example/a/b",
        "  https://news.example/a/b  ",
    ],
)
def test_spellings_of_one_address_share_a_key(spelling: str) -> None:
    assert url_key(spelling) == "news.example/a/b"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://news.example/a", "https://news.example/b"),
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://news.example/a", "https://news.example/A"),
        ("https://news.example/a", "https://news.example:8080/a"),
        ("https://news.example/a", "https://sport.news.example/a"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/a?x=%B9%CC", "https://news.example/a?x=%B9%CD"),
        ("https://news.example/#!/a", "https://news.example/#!/b"),
    ],
)
def test_different_addresses_have_different_keys(one: str, two: str) -> None:
    assert url_key(one) != url_key(two)


def test_parameters_are_compared_without_order() -> None:
    assert url_key("https://a.example/?y=2&x=1") == url_key("https://a.example/?x=1&y=2")


def test_international_host_is_the_same_in_both_spellings() -> None:
    assert url_key("https://bücher.example/a") == url_key("https://xn--bcher-kva.example/a")


def test_non_ascii_path_is_the_same_bare_and_encoded() -> None:
    assert url_key("https://a.example/新闻") == url_key("https://a.example/%e6%96%b0%e9%97%bb")


def test_mobile_edition_below_a_language_is_folded() -> None:
    assert url_key("https://de.m.wiki.example/A") == url_key("https://de.wiki.example/A")


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "news.example/a",
        "ftp://news.example/a",
        "mailto:a@b.example",
        "https://",
        "https://u:p@news.example/",
        "//x/y",
    ],
)
def test_what_is_no_web_address_has_no_key(nonsense: str) -> None:
    assert url_key(nonsense) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "https://a.example/\x00",
        "https://a.example/a b",
        "https://a.example\\@b.example/",
        "https://a.example/\r\nX: y",
        "https://user@a.example/",
        "https://[::1/",
        "https://a.example:99999/",
        "javascript:alert(1)",
        "https://a.example/" + "a" * MAX_URL_CHARS,
    ],
)
def test_hostile_spellings_are_no_web_address(hostile: str) -> None:
    assert not is_web_url(hostile)


@given(HOSTS, PATHS, QUERIES)
def test_key_of_a_key_is_the_key(host: str, path: str, query: list[tuple[str, str]]) -> None:
    key = url_key(address(host, path, query))
    assert key is not None
    assert url_key(f"https://{key}") == key


@given(HOSTS, PATHS, QUERIES, st.sampled_from(["utm_source", "fbclid", "gclid", "ref", "UTM_Campaign"]))
def test_tracking_parameters_never_change_the_key(
    host: str, path: str, query: list[tuple[str, str]], name: str
) -> None:
    tracked = address(host, path, [*query, (name, "1")])
    assert url_key(tracked) == url_key(address(host, path, query))


@given(st.text(max_size=60))
def test_any_text_gives_a_key_or_none(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}", f"https://a.example/?{text}"):
        key = url_key(url)
        assert (key is not None) == is_web_url(url.strip())


@given(st.text(max_size=40), st.text(max_size=40))
def test_resolving_anything_gives_a_web_address_or_none(base: str, link: str) -> None:
    found = resolve(f"https://a.example/{base}", link)
    assert found is None or is_web_url(found)


def test_relative_link_starts_at_the_base() -> None:
    assert resolve("https://a.example/news/list", "item/1") == "https://a.example/news/item/1"


def test_blanks_in_a_link_are_mended_as_browsers_do() -> None:
    assert resolve(None, " https://a.example/a\n b ") == "https://a.example/a%20b"


def test_script_link_is_refused() -> None:
    assert resolve("https://a.example/", "javascript:alert(1)") is None


def test_host_is_lower_case_without_port() -> None:
    assert host_of("https://News.Example:8443/a") == "news.example"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.news.example/a", "news.example"),
        ("https://feeds.news.co.uk/a", "news.co.uk"),
        ("https://www.gov.cn/a", "www.gov.cn"),
        ("https://one.blogspot.com/a", "one.blogspot.com"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("nonsense", None),
    ],
)
def test_site_is_the_registrable_domain(url: str, site: str | None) -> None:
    assert site_of(url) == site
