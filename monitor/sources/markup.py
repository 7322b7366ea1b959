"""What stands inside an element: its text, or its children as markup."""

from __future__ import annotations

import re

from lxml import etree

from monitor.text.urls import resolve

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"

_NAMESPACES = re.compile(r"\sxmlns(?::[\w.-]{1,60})?=\"[^\"]{0,300}\"")
_PREFIX = re.compile(r"(</?)[\w.-]{1,60}:(?=[A-Za-z])")


def inner_markup(element: etree._Element | None) -> str | None:
    """The content of *element* as a string; child elements become markup, without namespaces and prefixes."""
    if element is None:
        return None
    text: str | None = element.text
    if len(element) == 0:
        return text
    parts = [_escaped(text)]
    parts += [_PREFIX.sub(r"\1", _NAMESPACES.sub("", etree.tostring(child, encoding="unicode"))) for child in element]
    return "".join(parts)


def text_of(element: etree._Element | None) -> str | None:
    """The text of *element* without blanks at its ends, children's text included; None if there is none."""
    if element is None:
        return None
    text = element.text if len(element) == 0 else "".join(element.itertext())
    return (text.strip() or None) if text else None


def base_of(element: etree._Element, document_url: str) -> str:
    """The address that relative links inside *element* start from: its ``xml:base`` chain on *document_url*.

    RFC 4287, section 2; RSS documents use it too.
    """
    bases = [stated] if (stated := element.get(XML_BASE)) else []
    bases += [stated for parent in element.iterancestors() if (stated := parent.get(XML_BASE))]
    base = document_url
    for stated in reversed(bases):
        base = resolve(base, stated) or base
    return base


def _escaped(text: str | None) -> str:
    """Text beside child elements is text: its ``<`` and ``&`` were escaped in the source and must stay so."""
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
