"""Pages that stand where an article should be are recognised, in the languages of their sites."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Entry, Page
from monitor.stages.extract import extract_page
from monitor.stages.extract import problem as problems
from monitor.stages.reading import with_summary

URL = "https://www.harbour.example/news/ferry"
LEAD = "The ferry between Norhaven and the outer islands will run again from October, the harbour board said on Friday."
LONG = "It had been suspended since March, when the older of the two ships failed an inspection of its hull. " * 40


def read(html: str, *, entry: Entry | None = None, url: str = URL) -> Page:
    return extract_page(html.encode(), url=url, charset="utf-8", entry=entry)


def article(body: str, *, ld: dict[str, object] | None = None, head: str = "") -> str:
    data = {"@type": "NewsArticle", "headline": "Ferry line returns", **(ld or {})}
    return (
        f'<html><head><title>Ferry line returns</title>{head}<script type="application/ld+json">{json.dumps(data)}'
        f"</script></head><body><article><h1>Ferry line returns</h1>{body}</article></body></html>"
    )


BOT_WALLS = {
    "waiting": "<title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>",
    "German": "<title>Einen Moment, bitte …</title><p>Bestätigen Sie, dass Sie ein Mensch sind.</p>",
    "French": "<title>Un instant…</title><p>Vérification que vous êtes un humain. Cela peut prendre un instant.</p>",
    "Spanish": "<title>harbour.example</title><p>Confirma que no eres un robot para seguir.</p>",
    "Chinese": "<title>安全验证</title><p>请完成下方验证后继续访问</p><div>拖动滑块</div>",
    "Japanese": "<title>しばらくお待ちください...</title><p>ロボットではありませんか</p>",
    "denied": "<title>Access Denied</title><h1>Access Denied</h1>You don't have permission to access this page.",
    "pressed": "<title>harbour.example</title><p>Press &amp; Hold to confirm you are a human (and not a bot).</p>",
    "counted": "<title>Sorry</title><p>Our systems have detected unusual traffic from your network.</p>",
    "incident": "<title>harbour.example</title>Request unsuccessful. Incapsula incident ID: 12-34",
}


@pytest.mark.parametrize("wall", BOT_WALLS)
def test_a_bot_wall_is_recognised_and_nothing_on_it_is_taken_for_the_article(wall: str) -> None:
    page = read(BOT_WALLS[wall] + f'<link rel=canonical href="{URL}/challenge">')
    assert (page.problem, page.title, page.paragraphs, page.canonical_url) == ("bot_wall", None, (), None)


CONSENT_WALLS = {
    "English": "<p>We and our 120 partners store and/or access information on your device.</p><button>Accept all</button>",
    "German": "<p>Wir und unsere Partner speichern Daten.</p><button>Alle akzeptieren</button>",
    "German, paid": "<h2>Mit Werbung weiterlesen</h2><p>Besuchen Sie uns wie gewohnt mit Werbung und Tracking.</p>",
    "French": "<p>Nous et nos partenaires utilisons des cookies.</p><button>Continuer sans accepter</button>",
    "Spanish": "<p>Nosotros y nuestros socios usamos cookies.</p><button>Aceptar y continuar</button>",
    "Italian": "<p>Noi e i nostri partner usiamo i cookie.</p><button>Accetta e continua</button>",
    "Dutch": "<p>Wij en onze partners gebruiken cookies.</p><button>Alles accepteren</button>",
    "Polish": "<p>Szanujemy prywatność.</p><button>Przejdź do serwisu</button>",
    "Chinese": "<p>我们使用 cookie 改善您的体验。</p><button>全部接受</button>",
}


@pytest.mark.parametrize("wall", CONSENT_WALLS)
def test_a_consent_wall_is_recognised(wall: str) -> None:
    html = f"<html><head><title>Harbour Post</title></head><body><div>{CONSENT_WALLS[wall]}</div></body></html>"
    page = read(html)
    assert (page.problem, page.title, page.paragraphs) == ("consent", None, ())


def test_the_place_that_asks_for_consent_is_recognised_whatever_it_says() -> None:
    html = "<title>Harbour Post</title><p>Yksityisyytesi on meille tärkeää.</p>"
    assert read(html, url="https://consent.harbour.example/collect?next=ferry").problem == "consent"


PROMPTS = {
    "English": "Subscribe to continue reading this article.",
    "English, free": "Register for free to read this story.",
    "English, counted": "You’ve reached your limit of 3 free articles this month.",
    "German": "Weiterlesen mit Harbour Plus und allen Inhalten.",
    "German, subscribers": "Dieser Artikel ist nur für Abonnenten.",
    "French": "Cet article est réservé aux abonnés. Il vous reste 80 % de cet article à lire.",
    "Spanish": "Contenido exclusivo para suscriptores.",
    "Portuguese": "Conteúdo exclusivo para assinantes.",
    "Italian": "Contenuto riservato agli abbonati.",
    "Dutch": "Alleen voor abonnees.",
    "Swedish": "Logga in för att läsa vidare.",
    "Polish": "Dostęp tylko dla prenumeratorów.",
    "Russian": "Материал только для подписчиков.",
    "Japanese": "この記事は有料会員限定です。",
    "Chinese": "登录后阅读全文",
}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_after_the_first_paragraph_is_a_paywall_and_no_text(prompt: str) -> None:
    page = read(article(f"<p>{LEAD}</p><p>{PROMPTS[prompt]}</p>"))
    assert (page.problem, page.paragraphs, page.title) == ("paywall", (LEAD,), "Ferry line returns")


@pytest.mark.parametrize(
    ("ld", "head"),
    [
        ({"isAccessibleForFree": False}, ""),
        ({"isAccessibleForFree": "False"}, ""),
        ({"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".rest"}}, ""),
        ({}, '<meta property="article:content_tier" content="locked">'),
    ],
)
def test_a_page_that_calls_itself_closed_is_a_paywall_without_any_prompt(ld: dict[str, object], head: str) -> None:
    assert read(article(f"<p>{LEAD}</p>", ld=ld, head=head)).problem == "paywall"


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{LEAD}</p><p>{LONG}</p><p>Subscribe to continue reading this article.</p>",
        f"<p>{LEAD}</p><p>The board said that it would put up a captcha after unusual traffic from your network.</p>",
        f"<p>{LEAD}</p><p>We and our partners use cookies, the board told visitors of its own site.</p>",
        f"<p>{LEAD} Already a subscriber of the old line, she will have her seat again.</p>",
    ],
)
def test_an_article_that_says_such_words_is_an_article(body: str) -> None:
    page = read(article(body))
    assert (page.problem, page.title) == (None, "Ferry line returns")


@pytest.mark.parametrize("title", ["Un instant de grâce au port", "Access denied: why the ferry was stopped"])
def test_a_long_text_under_such_a_headline_is_an_article(title: str) -> None:
    page = read(f"<title>{title}</title><article><h1>{title}</h1><p>{LONG}</p></article>")
    assert (page.problem, page.title) == (None, title)


# --- what is judged instead ------------------------------------------------------------------------------------------

ENTRY = Entry(url=URL, title="Ferry line returns", summary="The ferry to the islands will run again from October.")


@pytest.mark.parametrize("html", [BOT_WALLS["waiting"], CONSENT_WALLS["English"]])
def test_behind_a_wall_the_headline_and_the_summary_of_the_feed_are_judged(html: str) -> None:
    page = with_summary(read(html, entry=ENTRY), ENTRY)
    assert (page.title, page.paragraphs) == (ENTRY.title, (ENTRY.summary,))


def test_the_free_part_of_a_closed_page_is_judged_if_it_says_more_than_the_feed() -> None:
    page = with_summary(read(article(f"<p>{LEAD}</p>", ld={"isAccessibleForFree": False}), entry=ENTRY), ENTRY)
    assert page.paragraphs == (LEAD,)


def test_the_summary_is_judged_if_it_says_more_than_the_free_part() -> None:
    page = with_summary(Page(url=URL, title="Ferry", paragraphs=("The ferry …",), problem="paywall"), ENTRY)
    assert page.paragraphs == (ENTRY.summary,)


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(PROMPTS.values())), st.text(max_size=60), st.text(max_size=60))
def test_the_quick_look_for_a_prompt_misses_none(prompt: str, before: str, after: str) -> None:
    text = f"{before} {prompt} {after}"
    assert problems.is_prompt(text) == bool(problems._PAYWALL.search(text))


@given(st.text(max_size=300))
def test_the_quick_look_agrees_with_the_slow_one_on_any_text(text: str) -> None:
    assert problems.is_prompt(text) == bool(problems._PAYWALL.search(text))
