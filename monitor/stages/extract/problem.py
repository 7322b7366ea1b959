"""Pages that are no article: bot walls, consent walls, paywalls, empty shells.

Each is told by its own words, in the languages of the sources that people follow, and believed only with a second
sign: little text, no article in the page's data, or the page's own word that it is closed.
"""

from __future__ import annotations

import re

from monitor.stages.extract.source import Source, host_of

NO_ARTICLE = frozenset(["bot_wall", "consent"])
"""Problems of pages that are not the article at all: nothing on them may be taken for it."""

_BOT_TITLE = re.compile(
    r"^(?:just a moment|attention required|access denied|access to this page has been denied|are you a (?:ro)?bot"
    r"|verify(?:ing)? (?:that )?you(?:'|’)?(?: a)?re (?:a )?human|checking your browser|please verify"
    r"|pardon our interruption|security check|robot or human|bot verification|403 forbidden|captcha|ddos-guard"
    r"|one moment, please|human verification|making sure you(?:'|’)re not a bot|client challenge|request rejected"
    r"|sucuri website firewall|sicherheits(?:über)?prüfung|vérification de sécurité|verificación de seguridad"
    r"|verifica di sicurezza|проверка безопасности|请完成安全验证|安全验证|人机验证|访问验证|验证码|アクセスが拒否"
    r"|(?:nur )?einen moment\W*$|bitte warten|un instant\W*$|un momento\W*$|een ogenblik\W*$|しばらくお待ちください)",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"enable javascript and cookies to continue|verif(?:y|ying) (?:that )?you are (?:a )?human"
    r"|unusual (?:traffic|activity) from your|complete the security check|checking if the site connection is secure"
    r"|press (?:&|and) hold|\bray id\b|captcha|you have been blocked|incapsula incident|not a (?:ro)?bot\b"
    r"|you don['’]t have permission to access|protect (?:itself|the website) (?:from|against) \w+ (?:bots|attacks)"
    r"|kein roboter|ungewöhnliche[nr]? (?:zugriffe|datenverkehr)|bestätigen sie, dass sie ein mensch"
    r"|êtes un (?:être )?humain|pas un robot|no (?:eres|es|soy) un robot|(?:eres|es) humano|non sei un robot"
    r"|geen robot|что вы не робот|访问过于频繁|拖动(?:下方)?滑块|请(?:输入|完成).{0,6}验证|ロボットではありません",
    re.IGNORECASE,
)
_BOT_PAGE = 3000  # characters of a page that does nothing but check
_CONSENT = re.compile(
    # a statement about cookies or data ...
    r"\b(?:we|our partners|wir|unsere partner|nous|nos partenaires|nosotros|nuestros socios|noi|i nostri partner"
    r"|wij|onze partners)\b.{0,80}\b(?:cookies?|store and/or access|speichern|personenbezogene|traceurs|rastreadores)"
    r"|before you continue to|bevor sie (?:zu|fortfahren)|avant de continuer|antes de continuar|prima di continuare"
    r"|voordat je verdergaat|我们使用\s?cookie|クッキーを使用"
    # ... or a button
    r"|\b(?:accept|allow) all\b|\balle akzeptieren|zustimm\w+ und weiter|mit werbung (?:weiterlesen|nutzen)"
    r"|consent to\b|\btout accepter|accepter et (?:fermer|continuer)|continuer sans accepter|aceptar (?:todo|y continuar)"
    r"|accetta (?:tutto|e continua)|alles accepteren|godta alle|godkänn alla|accepter alle|przejdź do serwisu"
    r"|zaakceptuj wszystko|принять все|全部接受|接受所有|すべて(?:受け入れる|同意)",
    re.IGNORECASE | re.DOTALL,
)
_CONSENT_PLACE = re.compile(r"^(?:consent|guce|myprivacy|privacy-?gate|cmp)\.", re.IGNORECASE)
_PAYWALL = re.compile(
    r"(?:subscribe|sign in|sign up|log in|register) (?:now |today |for free )?to (?:continue|read|keep|unlock)"
    r"|to (?:continue|keep) reading|already a subscriber\W*(?:\?|sign|log)|continue reading with a"
    r"|(?:this|the) (?:article|content|story|post) is (?:only )?(?:for|available to|exclusive to|reserved for)"
    r" (?:our )?(?:paying |paid |premium )?(?:subscribers|members)|subscribers? only|exclusive to subscribers"
    r"|you(?:'|’)ve (?:reached|read) (?:your|all).{0,20} free articles"
    r"|weiterlesen mit|jetzt weiterlesen|(?:artikel|inhalt) (?:nur )?für abonnent|nur für abonnent"
    r"|mit .{0,30}(?:plus|premium|\+).{0,20} weiterlesen|lesen sie (?:jetzt )?weiter mit|sie haben bereits ein abo"
    r"|exklusiv für (?:unsere )?abonnent|um (?:den|diesen) (?:ganzen |vollständigen )?artikel (?:zu lesen|weiterzulesen)"
    r"|r[ée]serv[ée]e?s? aux abonn[ée]s|il vous reste [\d.,]+ ?% de cet article|pour lire la suite|déjà abonné"
    r"|para seguir leyendo|(?:solo|exclusivo) para su[s]?criptores|ya eres su[s]?criptor|hazte su[s]?criptor"
    r"|conteúdo exclusivo para assinantes|para continuar lendo|já é assinante"
    r"|contenuto riservato|riservato agli abbonati|abbonati per|sei già abbonato|per continuare a leggere"
    r"|alleen voor abonnees|om verder te lezen|al abonnee|voor abonnees"
    r"|for abonnenter|for abonnement|för att läsa (?:vidare|hela)|logga in för att|log ind for at læse"
    r"|tylko dla (?:prenumerator|subskrybent)|aby czytać dalej|czytaj dalej z"
    r"|только для подписчиков|чтобы читать дальше|оформите подписку"
    r"|有料会員|会員限定|この記事は有料|続きを読むには|本文为付费|付费(?:阅读|内容|文章)|订阅后(?:阅读|查看)|登录后(?:阅读|查看)"
    r"|會員(?:專屬|限定)|訂閱後|구독자 전용|유료 회원",
    re.IGNORECASE,
)
_PAYWALL_HINTS = (
    "subscri", "sign in to", "sign up to", "log in ", "register", "reading", "members", "account", "free articles",
    "lesen", "abonn", "ein abo", "cet article", "la suite", "seguir leyendo", "criptor", "assinante", "continuar lendo",
    "riservato", "abbona", "leggere", "lezen", "logga in", "log ind", "prenumerat", "subskry", "czyta",
)  # fmt: skip
"""One of these is in every ASCII text that ``_PAYWALL`` finds (a test holds that); to look for them is 10 times as fast."""
_ENOUGH = 100  # characters (a third of Chinese) that make an article of any kind
_SHORT = 600  # characters up to which a text may be the teaser of a closed article, or the words of a consent wall
_PAYWALLED = 2500  # a text longer than this is worth reading even if a part is behind the wall
_PROMPT = 400  # characters


def find(
    source: Source, *, title: str | None, paragraphs: tuple[str, ...], whole_text: str, is_cjk: bool
) -> str | None:
    """``bot_wall``, ``consent``, ``paywall``, ``empty``, or None if the page has an article.

    *whole_text* is all the visible text. A paywall is believed only with evidence beside a short text: the page's own
    data (``isAccessibleForFree``, ``article:content_tier``) or a subscription prompt.
    """
    n_chars = sum(map(len, paragraphs)) * (3 if is_cjk else 1)
    head = whole_text[:4000]
    has_article = is_article(source)
    if len(whole_text) < _BOT_PAGE and not has_article:
        if title and _BOT_TITLE.match(title.strip()):
            return "bot_wall"
        if _BOT_TEXT.search(head):
            return "bot_wall"
    if n_chars < _SHORT and not has_article and (_CONSENT.search(head) or _is_at_consent_place(source)):
        return "consent"
    if n_chars < _PAYWALLED:
        is_shut = is_closed(source)
        if is_shut or (
            (n_chars < _SHORT or _prompts_at_end(paragraphs)) and bool(_PAYWALL.search(whole_text[-20_000:]))
        ):
            return "paywall"
    if n_chars < _ENOUGH and not (has_article and n_chars > 40):
        return "empty"
    return None


def is_prompt(text: str) -> bool:
    """True for a paragraph that only asks to subscribe or to sign in."""
    if len(text) >= _PROMPT:
        return False
    folded = text.casefold()
    if text.isascii() and not any(hint in folded for hint in _PAYWALL_HINTS):
        return False
    return bool(_PAYWALL.search(text))


def is_closed(source: Source) -> bool:
    """True if the page's own data says that it is not free to read."""
    if "locked" in (source.meta("article:content_tier", "og:article:content_tier") or "").lower():
        return True
    return any(
        str(thing.get("isAccessibleForFree")).lower() in ("false", "no", "0")
        for thing in (source.article, *source.things[:20])
    )


def is_article(source: Source) -> bool:
    """True if the page's own data says that it is an article."""
    return bool(source.article.get("headline")) or source.meta("og:type") == "article"


def _prompts_at_end(paragraphs: tuple[str, ...]) -> bool:
    return any(map(is_prompt, paragraphs[-3:]))


def _is_at_consent_place(source: Source) -> bool:
    return bool(_CONSENT_PLACE.match(host_of(source.url) or ""))
