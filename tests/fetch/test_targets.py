"""Which addresses may be asked at all."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.fetch.limits import RefusedError
from monitor.fetch.targets import host_key, parse_target

REFUSED = [
    "",
    "news.example",
    "//news.example/",
    "http:news.example",
    "http:/news.example",
    "http:///path",
    "http://",
    "http://?q",
    "http://:80/",
    "file:///etc/passwd",
    "ftp://news.example/",
    "gopher://news.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "unix:///run/x.sock",
    "http+unix://%2Frun/x",
    "feed://news.example/",
    "http://user@news.example/",
    "http://user:secret@news.example/",
    "http://@news.example/",
    "http://127.0.0.1@news.example@/",
    "http://127.0.0.1\\@news.example/",
    "http://news.example\\.internal/",
    "http://news.example/a\\b",
    "http:\\\\news.example/",
    "http://news.example/\r\nX: y",
    "http://news.example/\x00",
    "http://news.example/\x7f",
    "http://news.example/\x85",
    "http://news.example/\u2028",
    "http://news.example/\ud800",
    "ht\ttp://news.example/",
    "http://exa mple/",
    "http://news%00.example/",
    "http://news%2eexample/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
    "http://news.example.1/",
    "http://[::1%25lo]/",
    "http://[fe80::1%eth0]/",
    "http://[::1]x/",
    "http://[news.example]/",
    "http://[1.2.3.4]/",
    "http://::1/",
    "http://news.example:x/",
    "http://news.example:-1/",
    "http://news.example:+80/",
    "http://news.example:\uff18\uff10/",
    "http://news.example:0/",
    "http://news.example:22/",
    "http://news.example:25/",
    "http://news.example:6667/",
    "http://news.example:10080/",
    "http://news.example:65536/",
    "http://news.example:99999/",
    "http://-news.example/",
    "http://news..example/",
    "http://ⓛocalhost/",
    "http://" + "a" * 300 + "/",
    "http://news.example/" + "a" * 8_000,
]

KEPT = {
    "http://news.example": "http://news.example",
    "HTTPS://News.Example/Rss": "https://news.example/Rss",
    "http://news.example:80/": "http://news.example/",
    "http://news.example:8080/": "http://news.example:8080/",
    "http://news.example./": "http://news.example./",
    "http://a_b.news-1.example/x?y=%C3%A4&z=a+b": "http://a_b.news-1.example/x?y=%C3%A4&z=a+b",
    "http://news.example/a b": "http://news.example/a%20b",
    "http://news.example/x#part": "http://news.example/x",
    "http://bücher.example/ü": "http://xn--bcher-kva.example/%C3%BC",
    "http://新闻.example/": "http://xn--efvy88h.example/",
    "http://8.8.8.8/": "http://8.8.8.8/",
    "http://[2606:4700::1]:8443/": "http://[2606:4700::1]:8443/",
    "http://news.example/?to=http://user@host:22/": "http://news.example/?to=http://user@host:22/",
}


@pytest.mark.parametrize("text", REFUSED)
def test_unfit_addresses_are_refused_before_anything_is_looked_up(text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_target(text)
    assert caught.value.kind == "bad_url"
    assert caught.value.permanent


@pytest.mark.parametrize(("text", "dialled"), KEPT.items())
def test_fit_addresses_are_kept(text: str, dialled: str) -> None:
    assert str(parse_target(text)) == dialled


def test_http_and_https_on_their_own_ports_are_one_host() -> None:
    keys = {
        host_key(parse_target(url)) for url in ("http://h.example/", "https://h.example:443/x", "http://H.example:80")
    }
    assert keys == {"h.example"}


@given(st.text(max_size=80))
@example("http://a@b\\c")
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://news.example/{text}", f"http://news.example:{text}/"):
        try:
            target = parse_target(candidate)
        except RefusedError:
            continue
        assert target.scheme in ("http", "https")
        assert not target.userinfo
        assert target.host
        assert parse_target(str(target)) == target


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_an_encoded_path_is_sent_as_it_stands(text: str) -> None:
    path = "/x" + quote(text, safe="")
    assert parse_target(f"http://news.example{path}").raw_path == path.encode()
