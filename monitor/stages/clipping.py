"""Reads a text as somebody collected it: title, date and prose out of page furniture.

A clipping is what selecting a whole web page and pasting it gives: a category line above the headline, a date line,
bylines, credits, cards with company data, "Advertisements", a list of other headlines, the comment form, sometimes
the whole article twice. The method looks at lines. Prose is what ends like a sentence and is long enough to be one;
everything else is furniture, except that the best line above the first prose is the headline. Text that repeats
inside one clipping counts once, sentence by sentence, since a second paste often joins paragraphs differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from monitor.model import Clipping
from monitor.text.language import detect
from monitor.text.normalise import text_hash
from monitor.text.sentences import split_sentences
from monitor.text.tokens import has_cjk, tokens

_MIN_PROSE_WORDS = 6
_MAX_FURNITURE_WORDS = 14  # "Copyright is where the first clash is expected ..." is an article, not a notice
_MIN_TITLE_WORDS = 4
_MIN_TITLE_HAN = 6
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»」』)\]]*\s*$")
_CARD = re.compile(
    r"^(?:location|employees|founded(?: date)?|headquarters|website|industry|sector|type|ceo|listing|ownership|revenue|"
    r"ticker|tags?|category|topics?|filed under|source|via|author|written by|editor|reading time|last updated|updated|"
    r"published(?: on)?|posted(?: on)?|date|standort|mitarbeiter|gegründet|quelle|autor|来源|作者|编辑|责任编辑|时间)"
    r"\s*[:：].{0,120}$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^\(?\s*(?:photo(?:graph)?|picture|image|illustration|bild|foto|grafik|图片?|摄影)s?"
    r"(?:\s*(?:credits?|source|by|via|courtesy|来源))?\s*[:：/].{0,160}$"
    r"|\((?:photo|image|picture)s?\s?(?:credits?|by|source|via)?\s?[:：][^()]{0,160}\)\s*$"
    r"|^(?:image|photo|picture) (?:credits?|courtesy)\b.{0,120}$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^(?:by|von|par|por|文)\s*[/|:：]?\s*[A-ZÀ-Þ\u4e00-\u9fff][^.!?]{2,80}$")
_FURNITURE = re.compile(
    r"^(?:advertisements?|anzeige|werbung|广告|sponsored(?: content)?|sign up.*|subscribe.*|share (?:this|on)\b.*|"
    r"follow us\b.*|copy link|print|e-?mail|facebook|twitter|x|linkedin|whatsapp|telegram|weibo|read (?:more|also|next)\b.*|"
    r"see also\b.*|leave a (?:reply|comment).*|\d* ?comments?|your email address will not be published.*|"
    r"required fields are marked.*|all rights reserved.*|©.*|copyright\b.*|log ?in.*|cookie.*|skip to .*|menu|home|"
    r"back to top|loading.*|tags?|newsletter.*|get our .*newsletter.*|listen to this article.*|\d+ min(?:ute)?s? read.*|"
    r"this (?:story|article|report) (?:first|originally) appeared.*|(?:扫码|关注|点击|分享).{0,30})$",
    re.IGNORECASE,
)
_LINK_LIST = re.compile(
    r"^(?:(?:articles?|stories|posts?|news) you (?:may|might) (?:also )?(?:like|have missed)|you (?:may|might) (?:also )?like"
    r"|related(?: (?:articles?|posts?|stories|news|reading))?|more (?:from|on|in|stories|news)\b.*|most (?:read|popular)"
    r"|recommended(?: for you)?|trending(?: now)?|latest (?:news|stories)|also (?:read|on)\b.*|editor'?s picks?"
    r"|mehr zum thema|lesen sie auch|相关(?:阅读|新闻|文章)|推荐阅读|延伸阅读|热门文章)\s*[:：]?$",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ["jan", "feb", "mar,mär", "apr", "may,mai", "jun", "jul", "aug", "sep", "oct,okt", "nov", "dec,dez"], start=1
    )
    for name in names.split(",")
}
_MONTH_WORD = rf"(?:{'|'.join(_MONTHS)})[a-zä]{{0,6}}\.?"
_YEARS = range(1900, 2101)
_DATE_LINE = re.compile(
    rf"^(?:published|posted|updated|last updated|date|am)?\s?[:：]?\s?(?:on\s)?(?:[a-z]{{3,9}},?\s)?"
    rf"(?:(?P<m1>{_MONTH_WORD})\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}})\.?\s(?P<m2>{_MONTH_WORD})\s(?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})[-/年.](?P<n3>\d{1,2})[-/月.](?P<d3>\d{1,2})日?)"
    r"(?!\d)(?P<rest>.{0,60})$",
    re.IGNORECASE,
)
_LONGEST_DATE_LINE = 160
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})\s*(am|pm)?", re.IGNORECASE)
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "cet": 1, "cest": 2, "bst": 1, "est": -5, "edt": -4, "pst": -8, "pdt": -7}
_GLUED = re.compile(r"(?<=[a-z]{2}[.!?][\"”])(?=[A-Z][a-z]+[ ,])|(?<=[a-z]{3}[.!?])(?=[A-Z][a-z]+[ ,][a-z])")


def read_clipping(text: str) -> Clipping:
    """Title, date and prose of a text as it was collected; never fails, an empty text gives no paragraphs.

    A first line ``# Title`` (Markdown) is taken as the title whatever it looks like.
    """
    lines = [line.strip() for line in text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    marked, lines = _take_markdown_title(lines)
    prose, furniture, date = _sort_lines(lines)
    first_prose = prose[0][0] if prose else len(lines)
    title = marked or _choose_title(lines[:first_prose])
    language = detect(" ".join(line for _, line in prose) or text)
    paragraphs, n_repeated = _without_repeats((line for _, line in prose), language)
    return Clipping(
        title=title,
        published_at=date,
        language=language,
        paragraphs=paragraphs,
        n_repeated=n_repeated,
        furniture=tuple(line for line in furniture if line != title),
    )


def _take_markdown_title(lines: list[str]) -> tuple[str | None, list[str]]:
    if lines and (match := re.match(r"^#\s+(.+)$", lines[0])):
        return match.group(1).strip(), [re.sub(r"^#{1,6}\s+", "", line) for line in lines[1:]]
    return None, lines


def _sort_lines(lines: list[str]) -> tuple[list[tuple[int, str]], list[str], datetime | None]:
    """Prose lines with their places, the other lines, and the first date line's date."""
    prose: list[tuple[int, str]] = []
    furniture: list[str] = []
    date: datetime | None = None
    in_link_list = False
    for place, line in enumerate(lines):
        if _LINK_LIST.match(line):
            in_link_list = True
        elif not in_link_list and is_prose(line):
            prose.append((place, line))
            continue
        elif in_link_list and is_prose(line) and len(tokens(line)) >= 3 * _MIN_PROSE_WORDS:
            in_link_list = False  # nobody writes a headline that long: the article goes on
            prose.append((place, line))
            continue
        date = date or read_date_line(line)
        furniture.append(line)
    return prose, furniture, date


def is_prose(line: str) -> bool:
    """True if a line is running text rather than page furniture or a heading."""
    if is_furniture(line):
        return False
    long_enough = len(tokens(line)) >= _MIN_PROSE_WORDS or (has_cjk(line) and len(line) >= 12)
    return long_enough and bool(_SENTENCE_END.search(line))


def is_furniture(line: str) -> bool:
    """True if a line is a credit, byline, card, date, share or form line, recognised by its own words."""
    return bool(
        (_FURNITURE.match(line) and len(tokens(line)) <= _MAX_FURNITURE_WORDS)
        or _CARD.match(line)
        or _CREDIT.search(line)
        or _LINK_LIST.match(line)
        or (_BYLINE.match(line) and not _SENTENCE_END.search(line))
        or read_date_line(line)
        or (line.count("|") >= 2 and not _SENTENCE_END.search(line))
    )


def _choose_title(above: list[str]) -> str | None:
    """The headline among the lines above the first prose: the first that is long enough and no furniture."""
    candidates = [line for line in above if not is_furniture(line)]
    for line in candidates:
        if line.isupper() and not has_cjk(line):
            continue
        if len(tokens(line)) >= _MIN_TITLE_WORDS or (has_cjk(line) and len(line) >= _MIN_TITLE_HAN):
            return line
    return None


def _without_repeats(prose: Iterable[str], language: str | None) -> tuple[tuple[tuple[str, ...], ...], int]:
    seen: set[str] = set()
    kept: list[tuple[str, ...]] = []
    n_repeated = 0
    for paragraph in prose:
        fresh: list[str] = []
        for sentence in split_sentences(_GLUED.sub(" ", paragraph), language):
            key = text_hash(sentence)
            if key in seen:
                n_repeated += 1
            else:
                seen.add(key)
                fresh.append(sentence)
        if fresh:
            kept.append(tuple(fresh))
    return tuple(kept), n_repeated


def read_date_line(line: str) -> datetime | None:
    """The date of a line that is a date and little else, as aware UTC; None for any other line.

    >>> read_date_line("June 11, 2025, 5:58 am")
    datetime.datetime(2025, 6, 11, 5, 58, tzinfo=datetime.timezone.utc)
    """
    match = _DATE_LINE.match(" ".join(line.split())) if len(line) <= _LONGEST_DATE_LINE else None
    if not match or _SENTENCE_END.search(line):
        return None
    parts = match.groupdict()
    year = int(parts["y1"] or parts["y2"] or parts["y3"])
    day = int(parts["d1"] or parts["d2"] or parts["d3"])
    word = (parts["m1"] or parts["m2"] or "").lower()[:3]
    month = _MONTHS[word] if word else int(parts["n3"])
    if year not in _YEARS:
        return None
    hour, minute = _read_clock(parts["rest"])
    try:
        local = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
    return local - _zone_offset(parts["rest"])


def _read_clock(rest: str) -> tuple[int, int]:
    match = _CLOCK.search(rest)
    if not match:
        return 0, 0
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, minute


def _zone_offset(rest: str) -> timedelta:
    for word in re.findall(r"[A-Za-z]+", rest):
        if word.lower() in _ZONES:
            return timedelta(hours=_ZONES[word.lower()])
    return timedelta(0)
