"""Editions for tests: a realistic one in two languages, an empty one, a hostile one, a huge one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import (
    BottomLine,
    Dropped,
    Edition,
    FeedTrouble,
    KnownFrom,
    Ledger,
    Outcome,
    Role,
    ShownChange,
    ShownSentence,
    StoryItem,
    StoryMember,
    TopicSection,
    Trend,
)

TO = datetime(2026, 9, 4, 5, 0, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</title></head><body onload=alert(1)>",
    "quote \" and ' and & and <b>bold</b>",
    "turn \u202edlrow\u202c \u2066around\u2069",
    "line one\r\nBcc: victim@target.example\r\n\r\nbody",
    "=?utf-8?q?Hi=0ABcc=3A_victim=40target=2Eexample?=",
    "bell \x07 escape \x1b[31m null \x00",
    "lone \ud800 surrogate",
    "[click](javascript:alert(1)) ![x](http://tracker.example/x.png) `code` ***",
    "{{ 7 * 7 }} {% raw %} ${HOME}",
    "- 1. # > | heading",
    "]]> --> <!-- <![CDATA[",
)
HOSTILE_URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//no.scheme.example/x",
    "https://user:word@target.example/",
    "http://inner.example\\@outer.example/",
    "https://",
    "http://[::1",
)


def member(number: int, *, outlet: str, title: str, language: str = "en", role: Role = Role.REPORTS) -> StoryMember:
    return StoryMember(
        article_id=f"a{number}",
        url=f"https://{outlet.split(maxsplit=1)[0].lower() if outlet.isascii() else 'rb'}.example/2026/09/{number}",
        title=title,
        outlet=outlet,
        published_at=TO - timedelta(hours=number % 20 + 1),
        language=language,
        role=role,
    )


def sentence(text: str, of: StoryMember) -> ShownSentence:
    return ShownSentence(text=text, article_id=of.article_id, url=of.url, outlet=of.outlet, language=of.language)


def story(number: int = 1, **changes: object) -> StoryItem:
    lead = member(number, outlet=f"Outlet {number}", title=f"Report {number}", role=Role.LEAD)
    plain = StoryItem(
        id=f"s{number}",
        headline=f"Firm {number} doubles its output",
        is_update=False,
        first_seen_at=TO - timedelta(hours=5),
        n_outlets=1,
        n_independent=1,
        languages=("en",),
        new=(sentence(f"Firm {number} said on Thursday that output had doubled.", lead),),
        known=(),
        changed=(),
        articles=(lead,),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def edition(*topics: TopicSection, **changes: object) -> Edition:
    plain = Edition(
        id="daily/2026-09-04",
        digest_id="daily",
        title="What is new",
        from_at=TO - timedelta(days=1),
        to_at=TO,
        timezone="Europe/Berlin",
        topics=topics,
        bottom_line=(),
        ledger=Ledger(fetched=212, shown=9, duplicate=22, known=9, off_topic=170, failed=2),
        dropped=(),
        troubles=(),
        n_words=640,
        reading_minutes=4,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def topic(*stories: StoryItem, id: str = "chips", title: str = "Chips", trend: tuple[Trend, ...] = ()) -> TopicSection:
    return TopicSection(id=id, title=title, stories=stories, trend=trend)


def empty_edition() -> Edition:
    return edition(topic(), ledger=Ledger(fetched=212, known=42, off_topic=170), reading_minutes=0, n_words=0)


def huge_edition(n_stories: int = 1000) -> Edition:
    return edition(topic(*(story(number) for number in range(n_stories))))


def hostile_edition(text: str, url: str = "javascript:alert(1)") -> Edition:
    """Every field that a publisher can fill holds *text* or *url*."""
    bad = StoryMember(article_id=text, url=url, title=text, outlet=text, published_at=TO, language=text, role=Role.LEAD)
    known = KnownFrom(kind="article", id=text, text=text, url=url, title=text)
    item = story(
        1,
        id=text,
        headline=text,
        n_outlets=3,
        languages=(text,),
        new=(sentence(text, bad),),
        known=(known,),
        changed=(ShownChange(what=text, old=text, new=text, old_source=known, new_source=known),),
        articles=(bad, replace(bad, article_id="other", role=Role.COPY)),
    )
    return edition(
        topic(item, replace(item, id="b", is_brief=True), replace(item, id="c", is_official=True), title=text, id=text),
        title=text,
        bottom_line=(BottomLine(tag="NEW", text=text, story_id=text), BottomLine(tag=text, text=text, story_id="zz")),
        dropped=(
            Dropped(
                article_id=text,
                url=url,
                title=text,
                outlet=text,
                outcome=Outcome.DUPLICATE,
                reason=text,
                of_title=text,
                of_url=url,
            ),
        ),
        troubles=(FeedTrouble(url=url, title=text, error=text, detail=text, since=None),),
    )


def trend(articles: str, facts: str) -> tuple[Trend, ...]:
    """Fourteen days up to the edition's, from two rows of digits in base 36."""
    days = [(TO - timedelta(days=13 - at)).strftime("%Y-%m-%d") for at in range(14)]
    return tuple(
        Trend(day=day, n_articles=int(a, 36), n_facts=int(f, 36))
        for day, a, f in zip(days, articles, facts, strict=True)
    )


def sample_edition() -> Edition:
    """A usual morning: two topics with full stories, a quiet one, briefs, a rule, trouble with a feed."""
    stories = (_plant(), _memory(), _benchmark())
    chips = TopicSection(
        id="cn-chips",
        title="Chinese AI chips",
        stories=(*stories, _brief(31, "Northern Foundry orders 40 etching tools from a domestic maker")),
        trend=trend("4639k520784c9e", "1020b3012104g5"),
    )
    rules = TopicSection(
        id="export",
        title="Export controls",
        stories=(
            _licence(),
            _brief(32, "Trade ministry extends comment period on server rules to 30 September", is_update=True),
            _rule(),
        ),
        trend=trend("12042011030126", "00010000010013"),
    )
    quiet = TopicSection(
        id="power", title="Data centre power", stories=(), trend=trend("10020010000100", "00000000000000")
    )
    return edition(
        chips,
        rules,
        quiet,
        bottom_line=(
            BottomLine(
                tag="CHANGED",
                text="Eastern Chip plans 805,000 accelerators for 2027, up from 600,000",
                story_id="plant",
            ),
            BottomLine(tag="NEW", text="长江存储器公司开始量产第四代高带宽内存", story_id="memory"),
            BottomLine(tag="UPDATE", text="The licence rule now also covers rented computing time", story_id="licence"),
        ),
        ledger=Ledger(
            fetched=212, shown=17, waiting=2, duplicate=22, known=9, off_topic=159, failed=3, feeds_failing=1
        ),
        dropped=_dropped(),
        troubles=(
            FeedTrouble(
                url="https://fab.example/rss",
                title="Fab Weekly",
                error="http_status",
                detail="503 Service Unavailable",
                since=TO - timedelta(days=2),
            ),
        ),
    )


def _plant() -> StoryItem:
    lead = member(
        11, outlet="Morning Ledger", title="Eastern Chip lifts 2027 accelerator target by a third", role=Role.LEAD
    )
    second = member(12, outlet="半导体日报", title="东方芯片上调2027年产量目标", language="zh")
    others = (
        member(13, outlet="Harbour Times", title="Eastern Chip to build more accelerators"),
        member(14, outlet="Wire Service", title="Eastern Chip raises target", role=Role.COPY),
        member(15, outlet="Tech Courier", title="A third more accelerators, says Eastern Chip", role=Role.COPY),
    )
    corpus = KnownFrom(
        kind="corpus",
        id="003",
        title="Inside Eastern Chip's first large plant",
        url="https://ledger.example/2026/03/plant",
        text="The company has told suppliers to prepare for 600,000 accelerators in 2027.",
    )
    return StoryItem(
        id="plant",
        headline="Eastern Chip plans 805,000 accelerators for 2027, up from 600,000",
        is_update=True,
        first_seen_at=TO - timedelta(days=1, hours=3),
        n_outlets=5,
        n_independent=3,
        languages=("en", "zh"),
        new=(
            sentence(
                "Eastern Chip has told its suppliers to prepare for 805,000 accelerators in 2027, according to "
                "two people who have seen the order book.",
                lead,
            ),
            sentence(
                "The extra wafers will come from a second line at the northern plant, which starts in March.",
                lead,
            ),
            sentence("公司预计新生产线将于2027年3月投产，月产能达到四万片晶圆。", second),
        ),
        known=(
            corpus,
            KnownFrom(
                kind="edition",
                id="daily/2026-08-21",
                title="Edition of 21 August",
                url=None,
                text="The northern plant makes 30,000 wafers a month.",
            ),
        ),
        changed=(
            ShownChange(
                what="accelerators planned for 2027",
                old="600,000",
                new="805,000",
                old_source=corpus,
                new_source=KnownFrom(kind="article", id="a11", text="", title="Morning Ledger, 4 Sep", url=lead.url),
            ),
        ),
        articles=(lead, second, *others),
        n_more=2,
    )


def _memory() -> StoryItem:
    lead = member(16, outlet="存储观察", title="长江存储器公司开始量产第四代高带宽内存", language="zh", role=Role.LEAD)
    return StoryItem(
        id="memory",
        headline="长江存储器公司开始量产第四代高带宽内存",
        is_update=False,
        first_seen_at=TO - timedelta(hours=9),
        n_outlets=2,
        n_independent=2,
        languages=("zh",),
        new=(
            sentence("长江存储器公司周四表示，其第四代高带宽内存已在武汉工厂开始量产，首批产品将于十月交付。", lead),
            sentence("公司称良品率已达到百分之七十二，高于年初的百分之五十五。", lead),
        ),
        known=(),
        changed=(),
        articles=(lead, member(17, outlet="半导体日报", title="国产高带宽内存进入量产", language="zh")),
    )


def _benchmark() -> StoryItem:
    lead = member(18, outlet="Compute Notes", title="Open model trained on 2,048 domestic chips", role=Role.LEAD)
    return story(
        18,
        id="bench",
        headline="A 310-billion-parameter open model was trained on 2,048 domestic chips alone",
        new=(
            sentence(
                "The laboratory says that the run took 61 days on 2,048 accelerators and was restarted 14 times.", lead
            ),
            sentence("It has published the weights and the training log, but not the data.", lead),
        ),
        articles=(lead,),
    )


def _licence() -> StoryItem:
    lead = member(19, outlet="Policy Gazette", title="Licence rule reaches the cloud", role=Role.LEAD)
    return story(
        19,
        id="licence",
        headline="The licence rule now also covers rented computing time",
        is_update=True,
        n_outlets=3,
        n_independent=2,
        new=(
            sentence(
                "Providers need a licence before they rent more than 10^26 operations a quarter to a listed firm.",
                lead,
            ),
        ),
        articles=(
            lead,
            member(20, outlet="Harbour Times", title="Cloud firms need licences"),
            member(21, outlet="Wire Service", title="Licences for cloud"),
        ),
        known=(
            KnownFrom(
                kind="corpus",
                id="007",
                text="The rule covers the export of accelerators.",
                title="What the rule covers",
                url=None,
            ),
        ),
    )


def _rule() -> StoryItem:
    lead = member(22, outlet="Official Register", title="Advanced computing items; interim final rule", role=Role.LEAD)
    return story(
        22,
        id="rule",
        headline="Advanced computing items; interim final rule (docket 2026-17431)",
        new=(sentence("The rule is effective 15 October 2026; comments are due by 3 November 2026.", lead),),
        articles=(lead,),
        is_official=True,
    )


def _brief(number: int, headline: str, *, is_update: bool = False) -> StoryItem:
    lead = member(number, outlet="Harbour Times", title=headline, role=Role.LEAD)
    return story(
        number,
        id=f"brief-{number}",
        headline=headline,
        is_update=is_update,
        is_brief=True,
        n_outlets=2,
        n_independent=1,
        new=(sentence("The order is worth about 90 million and is to be delivered by May.", lead),)
        if not is_update
        else (sentence(headline, lead),),
        articles=(lead,),
    )


def _dropped() -> tuple[Dropped, ...]:
    kinds = (
        (Outcome.DUPLICATE, "the same text as an article of Wire Service"),
        (Outcome.KNOWN, "all 14 sentences are known from your corpus"),
        (Outcome.OFF_TOPIC, "matches no topic: best is Chinese AI chips with 0.18 of 0.50"),
        (Outcome.FAILED, "the page could not be read: timeout"),
    )
    return tuple(
        Dropped(
            article_id=f"d{at}",
            url=f"https://harbour.example/{at}",
            title=f"Other report number {at}",
            outlet="Harbour Times",
            outcome=kinds[at % 4][0],
            reason=kinds[at % 4][1],
            of_title="Eastern Chip raises target" if at % 4 == 0 else None,
            of_url="https://wire.example/2026/09/14" if at % 4 == 0 else None,
        )
        for at in range(40)
    )
