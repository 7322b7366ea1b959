"""Pages that are no article: bot walls, consent walls, paywalls, empty shells."""

from __future__ import annotations

import re

from monitor.stages.extract.source import Source

_BOT_WALL = re.compile(
    r"^(?:just a moment|attention required|access denied|access to this page has been denied|are you a robot"
    r"|verify you are human"
    r"|checking your browser|please verify|pardon our interruption|security check|robot or human|bot verification"
    r"|403 forbidden"
    r"|captcha|ddos-guard|one moment, please|human verification|sicherheitsüberprüfung|请完成安全验证|安全验证)",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"enable javascript and cookies to continue|verify(?:ing)? (?:that )?you are (?:a )?human|unusual traffic from your"
    r"|complete the security check|checking if the site connection is secure|press (?:&|and) hold to confirm|ray id"
    r"|captcha",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:we|our partners|wir)\b.{0,80}\b(?:cookies?|store and/or access|speichern|personenbezogene)"
    r"|before you continue to"
    r"|bevor sie (?:zu|fortfahren)|accept all|alle akzeptieren|zustimm\w+ und weiter|mit werbung (?:weiterlesen"
    r"|nutzen)|consent to"
    r"|tout accepter|aceptar y continuar|accetta e continua",
    re.IGNORECASE | re.DOTALL,
)
_PAYWALL = re.compile(
    r"(?:subscribe|sign in|log in|register) (?:now |today )?to (?:continue|read|keep|unlock)|to (?:continue"
    r"|keep) reading|already a subscriber"
    r"|(?:this|the) (?:article|content|story) is (?:only )?(?:for|available to|exclusive to"
    r"|reserved for) (?:our )?(?:paying |premium )?(?:subscribers|members)"
    r"|subscribers only|exclusive to subscribers|weiterlesen mit|jetzt weiterlesen|artikel (?:nur )?für abonnenten"
    r"|mit .{0,30}(?:plus|premium|\+).{0,20} weiterlesen"
    r"|lesen sie (?:jetzt )?weiter mit|sie haben bereits ein abo|r[ée]serv[ée]e? aux abonn[ée]s"
    r"|il vous reste [\d.,]+ ?% de cet article"
    r"|para seguir leyendo|solo para suscriptores|contenuto riservato|abbonati per"
    r"|有料会員|会員限定|この記事は有料|本文为付费|订阅后阅读"
    r"|登录后阅读全文",
    re.IGNORECASE,
)
_ENOUGH = 100  # characters (a third of Chinese) that make an article of any kind
_PAYWALLED = 2500  # a text longer than this is worth reading even if a part is behind the wall


def find(
    source: Source, *, title: str | None, paragraphs: tuple[str, ...], whole_text: str, is_cjk: bool
) -> str | None:
    """``bot_wall``, ``consent``, ``paywall``, ``empty``, or None if the page has an article.

    *whole_text* is all the visible text. A paywall is believed only with evidence beside a short text: the page's own
    JSON-LD (``isAccessibleForFree``) or a subscription prompt.
    """
    n_chars = sum(map(len, paragraphs)) * (3 if is_cjk else 1)
    n_page = len(whole_text)
    head = whole_text[:4000]
    if title and _BOT_WALL.match(title.strip()) and n_chars < 1500:
        return "bot_wall"
    if n_page < 3000 and _BOT_TEXT.search(head):
        return "bot_wall"
    if (
        n_chars < _PAYWALLED
        and (is_closed(source) or _PAYWALL.search(whole_text[-20_000:]))
        and (n_chars < 600 or is_closed(source) or _prompts_at_end(paragraphs))
    ):
        return "paywall"
    if n_chars < 600 and _CONSENT.search(head) and not _is_article(source):
        return "consent"
    if n_chars < _ENOUGH and not (_is_article(source) and n_chars > 40):
        return "empty"
    return None


def is_prompt(text: str) -> bool:
    """True for a paragraph that only asks to subscribe or to sign in."""
    return len(text) < 400 and bool(_PAYWALL.search(text))


def is_closed(source: Source) -> bool:
    """True if the page's own data says that it is not free to read."""
    return any(
        str(thing.get("isAccessibleForFree")).lower() in ("false", "no", "0")
        for thing in (source.article, *source.things[:20])
    )


def _prompts_at_end(paragraphs: tuple[str, ...]) -> bool:
    return any(_PAYWALL.search(text) for text in paragraphs[-3:])


def _is_article(source: Source) -> bool:
    return bool(source.article.get("headline")) or source.meta("og:type") == "article"
