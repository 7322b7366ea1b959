"""Pages in several layouts and languages give exactly the article and nothing else."""

import json
from datetime import UTC, datetime

import pytest

from monitor.model import Entry, Page
from monitor.stages.extract import extract_page

URL = "https://www.harbour.example/2026/09/04/ferry-line-returns.html"
ONE = "The ferry between Norhaven and the outer islands will run again from October, the harbour board said on Friday."
TWO = "It had been suspended since March, when the older of the two ships failed an inspection of its hull."
THREE = "“We have waited seven months for this,” said Marit Oldeng, who runs the grocery on Sandø."
PARAGRAPHS = (ONE, TWO, THREE)

CHROME_TOP = (
    "<header><a class=logo href=/>Harbour Post</a><nav><ul><li><a href=/w>World</a><li><a href=/s>Sport</a></ul></nav>"
    "<a href=/subscribe>Subscribe now</a></header>"
    "<div id=cookie-consent><p>We and our 120 partners store and access information on your device.</p></div>"
)
CHROME_BOTTOM = (
    '<aside class="related"><h2>Read more</h2><ul><li><a href=/x>Harbour dredging is late again</a>'
    "<p>The dredger has not been seen since Tuesday, and nobody at the board knows why.</p></li></ul></aside>"
    '<section class="newsletter"><h3>Our morning briefing</h3><p>Sign up for five stories every weekday.</p></section>'
    '<section id="comments"><h3>2 comments</h3><div class="comment"><p>Great news for us, thanks for this.</p></div>'
    "</section><footer><p>© 2026 Harbour Post. All rights reserved.</p></footer>"
)


def paragraphs_html(texts: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def document(body: str, *, head: str = "", lang: str = "en", title: str = "Ferry line returns | Harbour Post") -> bytes:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{CHROME_TOP}<main>{body}</main>{CHROME_BOTTOM}</body></html>"
    ).encode()


def read(content: bytes, *, url: str | None = URL, charset: str | None = None, entry: Entry | None = None) -> Page:
    return extract_page(content, url=url, charset=charset, entry=entry)


# --- text ------------------------------------------------------------------------------------------------------------

LAYOUTS = {
    "article": f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>",
    "div with a name": f"<div class=post-content><h1>Ferry line returns</h1>{paragraphs_html()}</div>",
    "div without a name": f"<h1>Ferry line returns</h1><div>{paragraphs_html()}</div>",
    "headline outside": f"<header><h1>Ferry line returns</h1></header><section class=s>{paragraphs_html()}</section>",
    "behind a paywall wrapper": f"<h1>Ferry line returns</h1><div class='paywall premium'>{paragraphs_html()}</div>",
    "two blocks": (
        f"<article><h1>Ferry line returns</h1><div class=block>{paragraphs_html((ONE, TWO))}</div>"
        f"<div class=ad-slot>Advertisement</div><div class=block>{paragraphs_html((THREE,))}</div></article>"
    ),
    "streamed into a hidden element": f"<h1>Ferry line returns</h1><div hidden id='S:1'>{paragraphs_html()}</div>",
    "double line breaks": f"<article><h1>Ferry line returns</h1><div>{'<br><br>'.join(PARAGRAPHS)}</div></article>",
    "marked paragraphs": "<article><h1>Ferry line returns</h1>"
    + "".join(f'<p class="paywall text--navbar meta" aria-hidden="true">{text}</p>' for text in PARAGRAPHS)
    + "</article>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_paragraph_comes_out_and_nothing_else(layout: str) -> None:
    page = read(document(LAYOUTS[layout]))
    assert page.paragraphs == PARAGRAPHS
    assert (page.title, page.problem) == ("Ferry line returns", None)


CLUTTER = {
    "a pointer": "<p class=read-also><strong>Read also:</strong> <a href=/b>Harbour dredging is late again</a></p>",
    "a pointer without a class": "<p>Read more: <a href=/b>Harbour dredging is late again</a></p>",
    "a German pointer": "<p>Lesen Sie auch: <a href=/b>Hafen wird später fertig</a></p>",
    "an advertisement": "<p>Advertisements</p>",
    "a share row": "<ul class=share><li>Share on Facebook</li><li>Copy link</li></ul>",
    "a share line": "<p>Share this: Facebook | X | LinkedIn | Email</p>",
    "a caption": "<figure><img src=/a.jpg><figcaption>The older ship in the dock last spring.</figcaption></figure>",
    "a caption in a div": "<div class=wp-caption><p class=wp-caption-text>The older ship in the dock.</p></div>",
    "a credit": "<p>(Photo: Norhaven Harbour Board)</p>",
    "an embedded post": "<blockquote class=twitter-tweet><p>The ferry is back! pic.example/1</p>— Marit</blockquote>",
    "a newsletter box": "<div class=newsletter-signup><p>Get the harbour news every morning, free of charge.</p></div>",
    "the headline again": "<h2>Ferry line returns</h2>",
    "a link list": "<div class=related-articles><ul><li><a href=/1>One</a><li><a href=/2>Two</a></ul></div>",
}


@pytest.mark.parametrize("clutter", CLUTTER)
def test_clutter_between_the_paragraphs_is_dropped(clutter: str) -> None:
    inside = f"<p>{ONE}</p>{CLUTTER[clutter]}<p>{TWO}</p><p>{THREE}</p>"
    page = read(document(f"<article><h1>Ferry line returns</h1>{inside}</article>"))
    assert page.paragraphs == PARAGRAPHS


def test_what_follows_the_article_under_its_own_heading_is_dropped() -> None:
    tail = "<h3>You may also like</h3><p>Ten walks along the coast</p><p>Quiz: which ship are you?</p>"
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}{tail}</article>"))
    assert page.paragraphs == PARAGRAPHS


def test_byline_and_date_line_are_no_paragraphs() -> None:
    meta = "<p>By Ada Vale</p><p>4 September 2026, 10:15</p>"
    page = read(document(f"<article><h1>Ferry line returns</h1>{meta}{paragraphs_html()}</article>"))
    assert page.paragraphs == PARAGRAPHS


STAMPS = [
    "<i>Pier reporter, 4 September 2026, 10:15 UTC</i>",
    "<p>Pier reporter, 4 September 2026, 10:15 UTC</p>",
    "<div>From our correspondent in Norhaven | September 4, 2026 at 10:15 am | 3 min read</div>",
    "<p>Redaktion Küste und Inseln · Freitag, 4. September 2026, 10:15 Uhr</p>",
    "<p>本报驻北岸海港与航运记者张晓明，2026年9月4日 10:15</p>",
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_line_of_reporter_and_date_is_no_paragraph(stamp: str) -> None:
    page = read(document(f"<div class=text><h1>Ferry line returns</h1>{stamp}{paragraphs_html()}</div>"))
    assert page.paragraphs == PARAGRAPHS


@pytest.mark.parametrize(
    "first",
    [
        "On Friday, 4 September 2026, the harbour board met for the first time since March.",
        "The ship failed its inspection, and on 4 September 2026, 10:15 UTC, the line was closed.",
    ],
)
def test_a_sentence_with_a_date_is_a_paragraph(first: str) -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html((first, *PARAGRAPHS))}</article>"))
    assert page.paragraphs == (first, *PARAGRAPHS)


KICKERS = {
    "above the headline": "<p>Harbour</p><h1>Ferry line returns</h1>",
    "above the headline, longer": "<p>From the shipping pages of the Post</p><h1>Ferry line returns</h1>",
    "above the text": "<h1>Ferry line returns</h1><p>Harbour</p>",
    "with a telling class": "<p class=kicker>From the outer isles this week</p><h1>Ferry line returns</h1>",
    "section and desk": "<h1>Ferry line returns</h1><p>Harbour</p><p>Coastal desk</p>",
}


@pytest.mark.parametrize("kicker", KICKERS)
def test_the_name_of_the_section_is_no_paragraph(kicker: str) -> None:
    page = read(document(f"<section class=story>{KICKERS[kicker]}{paragraphs_html()}</section>"))
    assert page.paragraphs == PARAGRAPHS


def test_a_kicker_within_the_headline_leaves_no_second_headline() -> None:
    h1 = "<h1><span class=kicker>Norhaven</span> <span>Ferry line returns</span></h1>"
    page = read(document(f"<article>{h1}{paragraphs_html()}</article>", title="Norhaven: Ferry line returns"))
    assert page.paragraphs == PARAGRAPHS


def test_a_text_that_begins_with_several_short_lines_keeps_them() -> None:
    lines = ("Norhaven 2", "Sandø 1", "Half time 1–1", *PARAGRAPHS)
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html(lines)}</article>"))
    assert page.paragraphs == lines


def test_a_sentence_above_a_repeated_headline_stays() -> None:
    first = "Good morning from the harbour."
    inside = f"<p>{first}</p><h2>Ferry line returns</h2>{paragraphs_html()}"
    page = read(document(f"<article>{inside}</article>"))
    assert page.paragraphs == (first, *PARAGRAPHS)


BOXES = {
    "an offer": "<div class=inline-box><b>Post Plus</b> The tide tables of the whole coast for one crown a week.</div>",
    "a pointer": "<div class=hint>All about the harbour and its ships</div>",
}


@pytest.mark.parametrize("n_paragraphs", [1, 2, 3])
@pytest.mark.parametrize("box", BOXES)
def test_a_box_after_a_paragraph_is_no_text_however_short_the_page(box: str, n_paragraphs: int) -> None:
    texts = PARAGRAPHS[:n_paragraphs]
    inside = f"{paragraphs_html(texts[:1])}{BOXES[box]}{paragraphs_html(texts[1:])}"
    page = read(document(f"<h1>Ferry line returns</h1><div itemprop=articleBody>{inside}</div>"))
    assert page.paragraphs == texts


def test_answers_in_marked_elements_are_text() -> None:
    answers = "".join(f"<div class=answer><b>Ada Vale:</b> {text}</div>" for text in (TWO, THREE))
    page = read(document(f"<article><h1>Ferry line returns</h1><p>{ONE}</p>{answers}</article>"))
    assert page.paragraphs == (ONE, f"Ada Vale: {TWO}", f"Ada Vale: {THREE}")


def test_on_a_short_page_the_frame_around_the_text_stays_out() -> None:
    text = "港务局周五表示，通往外岛的渡轮将于十月恢复运行，票价不变。"
    content = (
        "<html><head><title>渡轮航线恢复_海港报</title></head><body><div class=top><a href=/>首页</a>"
        "<a href=/p>港口</a></div><div class=crumb>当前位置：首页 &gt; 港口 &gt; 正文</div><div class=detail>"
        "<h1>渡轮航线恢复</h1><div class=from><span>来源：海港报</span> <span>2026年9月4日 10:15</span></div>"
        f"<div class=body><p>{text}</p><div class=guanggao>广告</div></div></div>"
        "<div class=more><h3>相关阅读</h3><ul><li><a href=/1>外岛学校九月开学</a></li></ul></div>"
        "<table><tr><td>高潮</td><td>05:12</td></tr><tr><td>低潮</td><td>11:20</td></tr></table>"
        "<div class=dingyue><p>订阅本报每日邮件，第一时间了解港口动态。</p></div>"
        "<div class=bottom>版权所有 海港报 未经授权不得转载 联系我们 关于本报</div></body></html>"
    )
    assert read(content.encode(), charset="utf-8").paragraphs == (text,)


@pytest.mark.parametrize("texts", [(ONE,), PARAGRAPHS])
def test_a_page_laid_out_in_a_table_gives_its_middle_alone(texts: tuple[str, ...]) -> None:
    content = (
        "<html><head><title>Harbour Post: Ferry line returns</title></head><body><table><tr>"
        "<td class=left><a href=/>Home</a><br><a href=/f>Ferry times</a></td>"
        "<td class=text><h2>Ferry line returns</h2><i>Pier reporter, 4 September 2026, 10:15 UTC</i>"
        f"{paragraphs_html(texts)}<p><a href=/print>Print this page</a> | <a href=/mail>Mail this page</a></p></td>"
        "<td class=right><b>Also in the Post</b><ul><li><a href=/1>Harbour dredging is late again</a></li></ul>"
        "<p class=box>Would you like the Post on paper? Ring 214.</p></td></tr></table></body></html>"
    )
    page = read(content.encode())
    assert (page.title, page.paragraphs) == ("Ferry line returns", texts)


def test_headings_lists_and_quotations_stay_in_their_order() -> None:
    inside = (
        f"<p>{ONE}</p><h2>What changes</h2><ul><li>Two crossings a day in winter.</li><li>Four in summer.</li></ul>"
        f"<p>{TWO}</p><blockquote><p>{THREE}</p></blockquote><p>The fare stays at nine crowns, the board said.</p>"
    )
    page = read(document(f"<article><h1>Ferry line returns</h1>{inside}</article>"))
    assert page.paragraphs == (
        ONE,
        "What changes",
        "Two crossings a day in winter.",
        "Four in summer.",
        TWO,
        THREE,
        "The fare stays at nine crowns, the board said.",
    )


def test_an_article_of_two_sentences_is_an_article() -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1><p>{ONE}</p></article>"))
    assert (page.paragraphs, page.problem) == ((ONE,), None)


def test_a_fragment_from_a_feed_is_read_like_a_page() -> None:
    page = read(paragraphs_html().encode(), entry=Entry(url=URL, title="Ferry line returns"))
    assert (page.title, page.paragraphs) == ("Ferry line returns", PARAGRAPHS)


def test_a_german_page() -> None:
    texts = (
        "Die Fähre zu den äußeren Inseln fährt ab Oktober wieder, teilte die Hafenverwaltung am Freitag mit.",
        "Sie war seit März ausgefallen, weil das ältere der beiden Schiffe bei der Prüfung durchgefallen war.",
    )
    page = read(
        document(
            f"<article><h1>Fähre fährt wieder</h1>{paragraphs_html(texts)}</article>",
            lang="de",
            title="Fähre fährt wieder - Hafenpost",
        )
    )
    assert (page.title, page.paragraphs, page.language) == ("Fähre fährt wieder", texts, "de")


def test_a_chinese_page() -> None:
    texts = (
        "港务局周五表示，通往外岛的渡轮将于十月恢复运行。",
        "由于两艘船中较旧的一艘未能通过船体检查，该航线自三月以来一直停运。",
        "“我们已经等了七个月，”在岛上经营杂货店的居民说。",
    )
    page = read(
        document(
            f"<div class=text><h1>渡轮航线恢复</h1>{paragraphs_html(texts)}</div>",
            lang="zh-CN",
            title="渡轮航线恢复_海港报",
        )
    )
    assert (page.title, page.paragraphs, page.language) == ("渡轮航线恢复", texts, "zh")


def test_a_page_in_gbk_says_so_only_in_its_meta_element() -> None:
    text = "港务局周五表示，通往外岛的渡轮将于十月恢复运行，这是七个月以来的第一次。" * 3
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    content = f"<html><head>{meta}</head><body><p>{text}</p></body>"
    assert read(content.encode("gbk")).paragraphs == (text,)


def test_the_language_attribute_loses_against_the_text() -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", lang="fr"))
    assert page.language == "en"


# --- standfirst ------------------------------------------------------------------------------------------------------

DECK = "After seven months without a ship, the islands get their winter timetable back."


@pytest.mark.parametrize(
    "html",
    [
        f"<p class=standfirst>{DECK}</p>",
        f"<h2 class=article__subtitle>{DECK}</h2>",
        f"<div class='lead'><p>{DECK}</p></div>",
    ],
)
def test_the_deck_under_the_headline_is_the_standfirst_and_no_paragraph(html: str) -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{html}{paragraphs_html()}</article>"))
    assert (page.standfirst, page.paragraphs) == (DECK, PARAGRAPHS)


def test_a_description_that_stands_on_the_page_by_itself_is_the_standfirst() -> None:
    head = f'<meta name="description" content="{DECK}">'
    page = read(
        document(
            f"<header><h1>Ferry line returns</h1><div>{DECK}</div></header><div>{paragraphs_html()}</div>", head=head
        )
    )
    assert (page.standfirst, page.paragraphs) == (DECK, PARAGRAPHS)


@pytest.mark.parametrize(
    "description", [ONE[:60], ONE, "Something that stands nowhere on the page, written for machines."]
)
def test_a_description_that_repeats_the_first_paragraph_is_no_standfirst(description: str) -> None:
    head = f'<meta property="og:description" content="{description}">'
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", head=head))
    assert (page.standfirst, page.paragraphs) == (None, PARAGRAPHS)


# --- title -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "Ferry line returns | Harbour Post",
        "Ferry line returns - harbour.example",
        "Harbour Post: Ferry line returns",
        "Ferry line returns — News — Harbour Post",
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(title: str) -> None:
    head = '<meta property="og:site_name" content="Harbour Post">'
    page = read(document(f"<div>{paragraphs_html()}</div>", head=head, title=title.replace(": ", " : ")))
    assert page.title == "Ferry line returns"


@pytest.mark.parametrize("line", ["<h2>{}</h2>", "<font size=5><b>{}</b></font>", "<div class=head>{}</div>"])
@pytest.mark.parametrize(
    "title", ["Quay Gazette: Ferry line returns", "Ferry line returns: Quay Gazette", "码头报：Ferry line returns"]
)
def test_without_an_h1_the_line_on_the_page_tells_the_title_from_the_site(line: str, title: str) -> None:
    content = f"<html><head><title>{title}</title></head><body><div>{line.format('Ferry line returns')}</div>"
    assert (
        read(f"{content}<div>{paragraphs_html()}</div></body>".encode(), charset="utf-8").title == "Ferry line returns"
    )


def test_without_an_h1_the_feed_tells_the_title_from_the_site() -> None:
    content = f"<title>Quay Gazette: Ferry line returns</title><div>{paragraphs_html()}</div>".encode()
    assert read(content, entry=Entry(url=URL, title="Ferry line returns")).title == "Ferry line returns"


def test_a_colon_that_belongs_to_the_title_stays() -> None:
    content = f"<title>Norhaven: Ferry line returns</title><h2>Norhaven: Ferry line returns</h2>{paragraphs_html()}"
    assert read(content.encode()).title == "Norhaven: Ferry line returns"


def test_the_title_keeps_a_dash_that_belongs_to_it() -> None:
    page = read(
        document(
            f"<article><h1>Ferry returns – seven months late</h1>{paragraphs_html()}</article>",
            title="Ferry returns – seven months late | Harbour Post",
        )
    )
    assert page.title == "Ferry returns – seven months late"


def test_a_logo_in_an_h1_is_not_the_title() -> None:
    body = f"<h1>Harbour Post</h1><article><h1>Ferry line returns to the islands</h1>{paragraphs_html()}</article>"
    head = '<meta property="og:site_name" content="Harbour Post">'
    assert (
        read(document(body, head=head, title="Ferry line returns to the islands")).title
        == "Ferry line returns to the islands"
    )


def test_a_kicker_inside_the_headline_is_cut() -> None:
    head = '<meta property="og:title" content="Ferry line returns to the islands">'
    body = f"<article><h1><span>Traffic</span> Ferry line returns to the islands</h1>{paragraphs_html()}</article>"
    assert read(document(body, head=head)).title == "Ferry line returns to the islands"


def test_the_feed_decides_between_two_titles_of_the_page() -> None:
    head = '<meta property="og:title" content="Islands get their ferry back in October">'
    body = f"<article><h1>Ferry line to the islands is back in October</h1>{paragraphs_html()}</article>"
    entry = Entry(url=URL, title="Islands get their ferry back in October")
    assert read(document(body, head=head), entry=entry).title == "Islands get their ferry back in October"


# --- authors and dates -----------------------------------------------------------------------------------------------


def with_ld(ld: str) -> Page:
    head = f'<script type="application/ld+json">{ld}</script>'
    return read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", head=head))


LD = """{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Ferry line returns",
 "datePublished": "2026-09-04T10:15:00+02:00", "dateModified": "2026-09-04T12:00:00+02:00",
 "author": [{"@type": "Person", "name": "Ada Vale"}, {"@type": "Person", "name": "By Ole Strand"}],
 "publisher": {"@type": "Organization", "name": "Harbour Post"}, "image": {"url": "/ferry.jpg"}}"""


def test_json_ld_gives_authors_dates_outlet_and_image() -> None:
    page = with_ld(LD)
    assert page.authors == ("Ada Vale", "Ole Strand")
    assert page.published_at == datetime(2026, 9, 4, 8, 15, tzinfo=UTC)
    assert page.modified_at == datetime(2026, 9, 4, 10, 0, tzinfo=UTC)
    assert (page.outlet, page.image) == ("Harbour Post", "https://www.harbour.example/ferry.jpg")


def test_authors_are_found_through_references_in_the_graph() -> None:
    page = with_ld(
        '{"@graph": [{"@type": "Article", "headline": "Ferry line returns", "author": {"@id": "#ada"}},'
        ' {"@type": "Person", "@id": "#ada", "name": "Ada Vale"}]}'
    )
    assert page.authors == ("Ada Vale",)


def test_json_ld_with_a_trailing_comma_is_read() -> None:
    assert with_ld(LD.replace('"/ferry.jpg"}}', '"/ferry.jpg"},}')).authors == ("Ada Vale", "Ole Strand")


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ('<p class="meta">By <a rel="author" href="/s">Ada Vale</a></p>', ("Ada Vale",)),
        ('<div class="byline">By Ada Vale and Ole Strand</div>', ("Ada Vale", "Ole Strand")),
        ('<span class="author-name">Von Ada Vale</span>', ("Ada Vale",)),
        ("<p>By Ada Vale</p>", ("Ada Vale",)),
        ('<p class="byline"><span>By</span><span>Ada Vale</span></p>', ("Ada Vale",)),
    ],
)
def test_the_visible_byline_gives_the_names_alone(html: str, names: tuple[str, ...]) -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{html}{paragraphs_html()}</article>"))
    assert page.authors == names


def test_an_address_in_the_author_meta_is_no_name() -> None:
    head = '<meta property="article:author" content="https://www.social.example/harbourpost">'
    assert read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", head=head)).authors == ()


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:published_time" content="2026-09-04T08:15:00Z">', ""),
        ('<meta name="date" content="Fri, 04 Sep 2026 10:15:00 +0200">', ""),
        ("", '<time datetime="2026-09-04T10:15+02:00" pubdate>4 September</time>'),
        ("", '<span itemprop="datePublished" content="2026-09-04T04:15:00-0400"></span>'),
    ],
)
def test_the_moment_of_publication_is_exact_to_the_minute_in_utc(head: str, body: str) -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{body}{paragraphs_html()}</article>", head=head))
    assert page.published_at == datetime(2026, 9, 4, 8, 15, tzinfo=UTC)


def test_the_address_gives_the_day_when_nothing_else_does() -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>"))
    assert page.published_at == datetime(2026, 9, 4, tzinfo=UTC)


def test_the_feed_fills_what_the_page_does_not_say() -> None:
    moment = datetime(2026, 9, 3, 20, 0, tzinfo=UTC)
    entry = Entry(url=URL, title="Ferry line returns", authors=("Ada Vale",), published_at=moment)
    page = read(document(f"<article>{paragraphs_html()}</article>"), url="https://harbour.example/a", entry=entry)
    assert (page.authors, page.published_at) == (("Ada Vale",), moment)


# --- place -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("https://www.harbour.example/ferry", "https://www.harbour.example/ferry"),
        ("/ferry", "https://www.harbour.example/ferry"),
        ("https://harbour.example/ferry", "https://harbour.example/ferry"),
        ("https://www.harbour.example/", None),
        ("https://elsewhere.example/ferry", None),
        ("javascript:alert(1)", None),
        ("https://www.harbour.example/2026", None),
    ],
)
def test_the_canonical_address_counts_only_on_the_same_site_and_for_one_page(href: str, found: str | None) -> None:
    page = read(
        document(
            f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>",
            head=f'<link rel="canonical" href="{href}">',
        )
    )
    assert page.canonical_url == found


# --- pages that are no article ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "html"),
    [
        ("empty", "<html><head><title>Harbour Post</title></head><body><div id=app></div></body></html>"),
        ("bot_wall", "<title>Just a moment...</title><p>Verify you are human by completing the action below.</p>"),
        (
            "consent",
            "<title>Before you continue</title><div><p>We and our partners use cookies to store and access data.</p>"
            "<button>Accept all</button></div>",
        ),
        (
            "paywall",
            f"<html><title>Ferry line returns</title><body><article><h1>Ferry line returns</h1><p>{ONE}</p>"
            "<p>Subscribe to continue reading this article.</p></article></body></html>",
        ),
        (
            "paywall",
            '<script type="application/ld+json">{"@type":"Article","isAccessibleForFree":"False"}</script>'
            f"<article><h1>Ferry</h1><p>{ONE}</p></article>",
        ),
    ],
)
def test_a_page_without_a_whole_article_says_why(problem: str, html: str) -> None:
    assert read(html.encode()).problem == problem


def test_a_paywalled_page_still_gives_its_first_paragraph() -> None:
    html = f"<article><h1>Ferry</h1><p>{ONE}</p><p>Subscribe to continue reading this article.</p></article>"
    assert read(html.encode()).paragraphs == (ONE,)


def test_a_charset_that_is_no_web_encoding_is_not_used() -> None:
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>"), charset="punycode")
    assert page.paragraphs == PARAGRAPHS


def test_the_page_is_cut_after_three_megabytes() -> None:
    rest = "<p>" + "filler words that nobody reads. " * 10 + "</p>"
    content = (
        document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>")
        + b"<!--"
        + b"x" * 3_000_000
        + b"-->"
    )
    assert rest not in read(content + rest.encode()).text
    assert read(content + rest.encode()).paragraphs == PARAGRAPHS


def test_a_text_that_stands_only_in_json_ld_is_read_from_there() -> None:
    ld = json.dumps({"@type": "NewsArticle", "headline": "Ferry line returns", "articleBody": "\n".join(PARAGRAPHS)})
    page = with_ld(ld)
    hidden = read(
        document(
            "<h1>Ferry line returns</h1><div id=app></div>", head=f'<script type="application/ld+json">{ld}</script>'
        )
    )
    assert page.paragraphs == hidden.paragraphs == PARAGRAPHS


# --- other forms of one page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://amp.harbour.example/2026/09/04/ferry-line-returns.html",
        "https://www.harbour.example/amp/2026/09/04/ferry-line-returns.html",
        "https://www.harbour.example/2026/09/04/ferry-line-returns.html?print=1",
        "https://m.harbour.example/2026/09/04/ferry-line-returns.html",
        "https://www-harbour-example.cdn.ampproject.org/c/s/www.harbour.example/2026/09/04/ferry-line-returns.html",
    ],
)
def test_the_mobile_printed_and_cached_forms_of_a_page_name_the_same_address(url: str) -> None:
    head = f"<link rel=canonical href='{URL}'>"
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", head=head), url=url)
    assert (page.canonical_url, page.paragraphs) == (URL, PARAGRAPHS)


def test_a_cache_does_not_speak_for_a_site_that_it_does_not_copy() -> None:
    url = "https://www-harbour-example.cdn.ampproject.org/c/s/www.harbour.example/ferry"
    head = "<link rel=canonical href='https://elsewhere.example/ferry'>"
    page = read(document(f"<article><h1>Ferry line returns</h1>{paragraphs_html()}</article>", head=head), url=url)
    assert page.canonical_url is None


# --- encodings -------------------------------------------------------------------------------------------------------

CODED = [
    ("gb18030", "gb2312", "渡轮航线恢复", "港务局周五表示，通往外岛的渡轮将于十月恢复运行，这是七个月以来的第一次，票价不变。" * 2),
    ("gbk", "gbk", "渡轮航线恢复", "由于两艘船中较旧的一艘未能通过船体检查，该航线自三月以来一直停运，居民们等了很久。" * 2),
    ("big5", "big5", "渡輪航線恢復", "港務局週五表示，通往外島的渡輪將於十月恢復運行，這是七個月以來的第一次，票價不變。" * 2),
    ("shift_jis", "shift_jis", "フェリーが再開", "港湾局は金曜日、離島へのフェリーを十月から再開すると発表した。七か月ぶりのことである。" * 2),
    ("euc_jp", "euc-jp", "フェリーが再開", "港湾局は金曜日、離島へのフェリーを十月から再開すると発表した。七か月ぶりのことである。" * 2),
    ("euc_kr", "euc-kr", "여객선 운항 재개", "항만청은 금요일 섬으로 가는 여객선이 시월부터 다시 운항한다고 밝혔다. 일곱 달 만의 일이다." * 2),
    ("cp1251", "windows-1251", "Паром возвращается", "Паром на внешние острова снова пойдёт с октября, сообщило в пятницу управление порта города." * 2),
    ("koi8_r", "koi8-r", "Паром возвращается", "Паром на внешние острова снова пойдёт с октября, сообщило в пятницу управление порта города." * 2),
    ("iso8859_2", "iso-8859-2", "Prom wraca w październiku", "Prom na wyspy zewnętrzne znów popłynie od października, poinformował w piątek zarząd portu." * 2),
    ("cp1254", "iso-8859-9", "Vapur seferleri başlıyor", "Dış adalara giden vapur ekimden itibaren yeniden çalışacak, dedi liman yönetimi cuma günü." * 2),
    ("cp1252", "iso-8859-1", "Fähre fährt wieder", "Die Fähre zu den äußeren Inseln fährt ab Oktober wieder – „endlich“, sagte die Verwaltung." * 2),
]  # fmt: skip


@pytest.mark.parametrize("said_in", ["header", "meta", "http-equiv"])
@pytest.mark.parametrize(("codec", "label", "title", "text"), CODED, ids=[case[0] for case in CODED])
def test_a_page_in_any_encoding_of_the_web_gives_its_characters(
    codec: str, label: str, title: str, text: str, said_in: str
) -> None:
    meta = {
        "meta": f"<meta charset={label}>",
        "http-equiv": f'<meta http-equiv="Content-Type" content="text/html; charset={label}">',
    }.get(said_in, "")
    html = f"<html><head>{meta}<title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article>"
    page = read(html.encode(codec), charset=label if said_in == "header" else None)
    assert (page.title, page.text) == (title, text)
