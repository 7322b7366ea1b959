"""The address of the page on which an article goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from monitor.stages.extract.source import Source, text_of
from monitor.stages.paging import firsts_of, page_number

_NEXT = re.compile(
    r"^\W*(?:next(?: page)?|continue(?: reading)?|(?:nächste|folgende) seite|weiter(?:lesen)?|(?:la )?page suivante|suivante?"
    r"|(?:página )?siguiente|próxima(?: página)?|(?:pagina )?successiva|avanti|volgende(?: pagina)?|nästa(?: sida)?"
    r"|neste(?: side)?|næste(?: side)?|następna(?: strona)?|следующая(?: страница)?|далее|下一页|下一頁|次のページへ?|次へ"
    r"|(?:page|seite|página|pagina|sida|side|strona|第)?\s?\d{1,2}\s?页?)\W*$",
    re.IGNORECASE,
)
_MAX_LINKS = 3000
_LABEL = 40


def find_next(source: Source) -> str | None:
    """The address of the page that follows this one of the article, absolute; None if there is none."""
    if source.url is None:
        return None
    firsts = tuple(firsts_of(source.url))
    return next(
        (
            address
            for address in _candidates(source)
            if any(page_number(first, address) == mine + 1 for first, mine in firsts)
        ),
        None,
    )


def _candidates(source: Source) -> Iterator[str]:
    """Addresses that the page links as its next part: by ``rel``, by their text, or by a number."""
    for n, link in enumerate(source.tree.iter("link", "a")):
        if n > _MAX_LINKS:
            return
        href = link.get("href")
        if not href or len(href) > 2000:
            continue
        is_next = "next" in (link.get("rel") or "").lower().split()
        if is_next or (
            link.tag == "a" and len(link) < 4 and _NEXT.match(text_of(link)[:_LABEL] or link.get("title") or "")
        ):
            try:
                yield urljoin(source.url or "", href.strip()).partition("#")[0]
            except ValueError:
                continue
