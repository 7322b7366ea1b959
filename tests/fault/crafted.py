"""Hostile pages and feeds, made by formula: each name with a function from a size in bytes to the document.

Collected from what hurt HTML and XML libraries in public reports and in measurements: whatever makes them quadratic,
recursive, greedy, or lets them open something. None holds anything that could harm by being read as text.
"""

import gzip
import json
from collections.abc import Callable
from random import Random

Make = Callable[[int], bytes]

PAGE = (
    "<html lang=en><head><title>Bridge opens</title></head><body><article><h1>Bridge opens</h1>"
    "<p>The new bridge over the river opened to traffic on Monday after four years of work.</p>{}"
    "<p>About nine thousand cars are expected to use it on every working day, the city said.</p>"
    "</article></body></html>"
)


def repeat(unit: str, tail: str = "", head: str = "") -> Make:
    """*unit* until the size is reached, inside an article."""
    return lambda size: PAGE.format(head + unit * (size // len(unit) + 1) + tail).encode("utf-8", "surrogatepass")


def raw(unit: str, head: str = "", tail: str = "") -> Make:
    """The same without a page around it."""
    return lambda size: (head + unit * (size // len(unit) + 1) + tail).encode("utf-8", "surrogatepass")


def numbered(form: str, head: str = "", tail: str = "") -> Make:
    """*form* with a rising number."""

    def make(size: int) -> bytes:
        length = len(form.format(10_000))
        return PAGE.format(head + "".join(form.format(n) for n in range(size // length + 1)) + tail).encode()

    return make


def nested(tag: str) -> Make:
    """Elements inside each other, never closed."""
    return repeat(f"<{tag}>", "x")


def json_ld(text: Callable[[int], str]) -> Make:
    """A page with *text* as its JSON-LD."""
    return lambda size: PAGE.format(f'<script type="application/ld+json">{text(size)}</script>').encode()


def in_charset(label: str, body: bytes) -> Make:
    """Bytes that are not what they say."""
    meta = f'<html><head><meta charset="{label}"></head><body><article><p>'.encode()
    return lambda size: meta + body * (size // len(body) + 1)


def noise(size: int) -> bytes:
    return Random(7).randbytes(size)


PAGES: dict[str, Make] = {
    "attributes on one tag": numbered(" a{}=1", "<p", ">x</p>"),
    "one very long attribute": repeat("abc ", '">x</p>', '<p title="'),
    "classes on one tag": numbered(" c{}", '<p class="', '">x</p>'),
    "unclosed paragraphs": repeat("<p>ab "),
    "short paragraphs": repeat("<p>ab</p>"),
    "cells of one row": repeat("<td>cell</td>", "</tr></table>", "<table><tr>"),
    "rows of one table": repeat("<tr><td>a<td>b", "</table>", "<table>"),
    "wide cells": repeat("<tr><td colspan=1000>x</td></tr>", "</table>", "<table>"),
    "a cell wider than memory": repeat("<td colspan=9007199254740991 rowspan=65534>x</td>", "</table>", "<table><tr>"),
    "a negative span": repeat("<td colspan=-5 rowspan=-1>x", "</table>", "<table><tr>"),
    "links in one paragraph": repeat("<a href=/x>one</a> two ", "</p>", "<p>"),
    "unclosed links": repeat("<a href=/x>one "),
    "links alone": numbered("<a href=/n/{}>read this next</a>"),
    "unclosed bold": repeat("<b>bold "),
    "alternating inline tags": repeat("<b>ab</b><i>c</i>"),
    "misnested inline tags": repeat("<b><i>x</b></i>"),
    "line breaks": repeat("a<br>"),
    "rules": repeat("<hr>"),
    "nested divs": nested("div"),
    "nested spans": nested("span"),
    "nested quotes": nested("blockquote"),
    "nested lists": nested("ul><li"),
    "nested tables": nested("table><tr><td"),
    "nested fonts": nested("font"),
    "nested forms": nested("form><fieldset"),
    "nested templates": nested("template"),
    "nested svg": nested("svg><foreignObject"),
    "nested math": nested("math><mtext"),
    "nested noscript": nested("noscript"),
    "nested articles": nested("article"),
    "list items": repeat("<li>item", "</ul>", "<ul>"),
    "options": repeat("<option>x", "</select>", "<select>"),
    "headings": repeat("<h2>Heading</h2>"),
    "main headings": numbered("<h1>Bridge {}</h1>"),
    "images": repeat("<figure><img src=x><figcaption>Photo</figcaption></figure>"),
    "frames": repeat('<iframe src="http://127.0.0.1:9/"></iframe>'),
    "a single word": repeat("a"),
    "a single line": repeat("word "),
    "sentences": repeat("The bridge opened on Monday. ", "</p>", "<p>"),
    "dates": repeat("<p>Published on 3 September 2026 at 10:15"),
    "almost dates": repeat("<time datetime=2026-09-99>99 Septembre 20266</time> "),
    "bylines": repeat("<p class=byline>By Ada Vale and Ben Orr and "),
    "tag openings": raw("<"),
    "closing tags": raw("</p>"),
    "unfinished tags": raw("<p a='"),
    "ampersands": repeat("&"),
    "entities without an end": repeat("&amp&lt&nbsp"),
    "entities of no character": repeat("&#x110000;&#xd800;&#0;&#xfffffffffff;"),
    "an unclosed comment": raw("x ", "<html><body><!-- "),
    "comments": repeat("<!---->"),
    "broken comments": repeat("<!-- > -- !> <!"),
    "an unclosed script": raw("if (a<b) ", "<html><body><script>"),
    "an unclosed style": raw("p{color:red} ", "<html><body><style>"),
    "an unclosed title": raw("word ", "<html><head><title>"),
    "an unclosed text area": raw("<p>word ", "<html><body><textarea>"),
    "plain text to the end": raw("<p>word ", "<html><body><plaintext>"),
    "cdata": repeat("<![CDATA[x]]>"),
    "processing instructions": repeat("<?php x ?>"),
    "meta tags": numbered('<meta property="og:title" content="Bridge {}">'),
    "author tags": numbered('<meta name="author" content="Ada Vale {}">'),
    "canonical links": numbered('<link rel="canonical" href="https://news.example/{}">'),
    "base addresses": repeat('<base href="http://[::1">'),
    "broken json-ld": json_ld(lambda size: '{"a":[' * (size // 6)),
    "deep json-ld": json_ld(lambda size: "[" * (size // 2) + "]" * (size // 2)),
    "wide json-ld": json_ld(lambda size: json.dumps([{"@type": "NewsArticle", "headline": "x"}] * (size // 46))),
    "json-ld with a long number": json_ld(lambda size: '{"datePublished": 1' + "0" * size + "}"),
    "json-ld that quotes": json_ld(lambda size: '{"@type": "NewsArticle", "headline": "' + '\\"' * (size // 2) + '"}'),
    "json-ld with graphs in graphs": json_ld(lambda size: '{"@graph":' * (size // 10) + "1" + "}" * (size // 10)),
    "nul bytes": repeat("\0word "),
    "control characters": repeat("\x01\x0b\x1b[2J "),
    "bidi marks": repeat("\u202eword\u202d "),
    "combining marks": repeat("a" + "\u0301" * 40),
    "joined emoji": repeat("\U0001f468\u200d"),
    "half characters": repeat("\ud800x "),
    "no-break blanks": repeat("\u00a0\u2003\u200b"),
    "random bytes": noise,
    "random bytes in a page": lambda size: PAGE.format("").encode() + noise(size),
    "gzip instead of a page": lambda size: gzip.compress(noise(size)),
    "a pdf instead of a page": lambda size: b"%PDF-1.7\n" + noise(size),
    "utf-16 without a mark": lambda size: PAGE.format("<p>word " * (size // 16)).encode("utf-16-le"),
    "utf-16 promised": in_charset("utf-16", b"word \xff\xfe"),
    "punycode promised": in_charset("punycode", b"word-abc "),
    "utf-7 promised": in_charset("utf-7", b"+ADw-script+AD4- "),
    "gb18030 promised": in_charset("gb18030", b"\x81\x30\x81\x30\xff"),
    "shift_jis promised": in_charset("shift_jis", b"\x81\x81\xa0\xff"),
    "an unknown charset": in_charset("x-\xe9" * 50, b"word \xe9"),
    "doctype with entities": raw("&c;", '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]><html><body><p>'),
    "laughing entities": raw(
        "&l9;",
        "<!DOCTYPE x [<!ENTITY l0 'ha'>"
        + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
        + "]><html><body><p>",
    ),
    "an xml page": raw("<p>word</p>", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>'),
    "xinclude": raw(
        '<xi:include href="file:///etc/passwd" parse="text"/>',
        '<?xml version="1.0"?><html xmlns:xi="http://www.w3.org/2001/XInclude"><body><p>',
    ),
    "namespaces": numbered('<x xmlns:n{0}="urn:{0}">'),
    "framesets": repeat("<frameset><frame src=x>"),
    "articles by the thousand": repeat("<article><p>The bridge opened on Monday.</article>"),
    "only markup": repeat("<i></i>"),
    "mail addresses": repeat("a@b."),
    "addresses": repeat("http://a.b/c?d=e&amp;f "),
    "brackets": repeat("[[{{((<<"),
    "quotes": repeat("\"'“‘"),
    "hyphens": repeat("- "),
    "pipes in the title": raw("a | b - c » ", "<html><head><title>", "</title></head><body><p>word"),
}


def rss(inner: Callable[[int], str], head: str = "") -> Make:
    """An RSS document with *inner* in its channel."""
    begin = f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>News</title>'
    return lambda size: (begin + inner(size) + "</channel></rss>").encode("utf-8", "surrogatepass")


def item(inner: Callable[[int], str]) -> Make:
    """An RSS document with one item that holds *inner*."""
    return rss(lambda size: f"<item><title>One</title><link>https://news.example/1</link>{inner(size)}</item>")


def times(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit) + 1)


_LAUGHS = "<!DOCTYPE r [<!ENTITY l0 'ha'>" + "".join(
    f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10)
)  # fmt: skip
_FILE = '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
_NET = '<!DOCTYPE r [<!ENTITY f SYSTEM "http://127.0.0.1:9/x">]>'

FEEDS: dict[str, Make] = {
    "laughing entities in a feed": rss(lambda size: "<item><title>&l9;</title></item>", _LAUGHS + "]>"),
    "one long entity": rss(
        lambda size: f"<item><title>{'&a;' * 1000}</title></item>", f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>'
    ),
    "an entity from a file": rss(lambda size: "<item><title>&f;</title></item>", _FILE),
    "an entity from the network": rss(lambda size: "<item><title>&f;</title></item>", _NET),
    "a doctype from a file": rss(times("<item><title>a</title></item>"), '<!DOCTYPE r SYSTEM "file:///etc/passwd">'),
    "a doctype from the network": rss(times("<item/>"), '<!DOCTYPE r PUBLIC "x" "http://127.0.0.1:9/x.dtd">'),
    "a parameter entity": rss(
        lambda size: "<item/>", '<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;<!ENTITY q "%p;">]>'
    ),
    "xinclude in a feed": item(
        lambda size: '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    ),
    "a style sheet": rss(times("<item/>"), '<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>'),
    "many items": rss(times("<item><title>One</title><link>https://news.example/1</link></item>")),
    "empty items": rss(times("<item/>")),
    "attributes in a feed": rss(lambda size: "<item" + "".join(f" a{n}='1'" for n in range(size // 10)) + "/>"),
    "nested items": rss(times("<item>")),
    "nested groups": item(times("<media:group xmlns:media='urn:m'>")),
    "tag openings in a description": item(lambda size: f"<description>{'&lt;' * (size // 4)}</description>"),
    "unclosed paragraphs in a description": item(
        lambda size: f"<description>{'&lt;p&gt;a' * (size // 10)}</description>"
    ),
    "deep markup in a description": item(
        lambda size: f"<description><![CDATA[{'<div>' * (size // 5)}]]></description>"
    ),
    "a long author": item(lambda size: f"<author>{'a@' * (size // 2)}</author>"),
    "authors in brackets": item(lambda size: f"<author>{'(a ' * (size // 3)}</author>"),
    "a long date": item(lambda size: f"<pubDate>{'1 ' * (size // 2)}</pubDate>"),
    "a long id": item(lambda size: f"<guid>{'g' * size}</guid>"),
    "a long link": item(lambda size: f"<link>https://news.example/{'a/' * (size // 2)}</link>"),
    "categories": item(times("<category>a</category>")),
    "namespaces in a feed": rss(lambda size: "".join(f'<x xmlns:n{n}="urn:{n}"/>' for n in range(size // 22))),
    "comments in a feed": rss(times("<!-- x -->")),
    "instructions in a feed": rss(times("<?x y?>")),
    "nul bytes in a feed": rss(times("<item><title>\0a</title></item>")),
    "named entities": rss(times("<item><title>&eacute;&nope;&</title></item>")),
    "a feed that ends early": lambda size: rss(times("<item><title>One</title>"))(size)[: -size // 2],
    "json nested too deep": raw("[", '{"version":"https://jsonfeed.org/version/1.1","items":'),
    "json with a long number": raw("9", '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":', "}]}"),
    "json with many items": lambda size: json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": "1", "url": "https://a.example/"}] * (size // 44),
        }
    ).encode(),
    "a site map of nothing": raw("<url/>", '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'),
    "links instead of a feed": raw('<a href="/a/b/c/d-e-f">A headline of some words</a>', "<html><body>"),
    "an atom feed of links": raw('<link href="a"/>', '<feed xmlns="http://www.w3.org/2005/Atom"><entry>'),
    "xhtml in atom": raw(
        '<div xmlns="http://www.w3.org/1999/xhtml">',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">',
    ),
    "noise instead of a feed": noise,
}
