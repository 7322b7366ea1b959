"""XML from strangers as a tree, with the usual damage repaired and named.

Theory of operation. A well-formed document takes one pass of libxml2 over the original bytes. libxml2 tells what it
had to recover from; only then is the text looked at. Damage with a sure remedy (entities that XML does not know, bare
``&`` and ``<``, control characters, text decoded twice) is repaired in the text, outside of CDATA, and parsed once
more. Tags that do not match have no sure remedy: the tree is handed on with ``Damage.TAGS`` and the caller decides
whether the tolerant second parser does better. A document that breaks off is an error, since taking its first half as
the whole would lose the second: the server's validators would be stored with it.

Nothing is fetched: the DOCTYPE is cut off before parsing. Of the entities it declares only plain short texts are put in
by hand, without a second round, so that none can grow. Depth, name and text lengths have libxml2's own limits
(``huge_tree`` off). Linear time.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum
from html.entities import name2codepoint

from lxml import etree

from monitor.errors import ParseError
from monitor.model import Response
from monitor.text.charset import decode


class Damage(StrEnum):
    """What was wrong with a document, in words for ``feeds check``."""

    ENCODING = "some characters are broken: the bytes do not fit the stated encoding"
    DOUBLE_ENCODING = "text was encoded to UTF-8 twice"
    ENTITIES = "bare & or < or an entity that XML does not know"
    CONTROLS = "control characters that XML forbids"
    JUNK = "text before the document's first tag"
    TAGS = "tags, comments or sections that are not closed or not opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlDocument:
    """A parsed document. ``text`` is the repaired source, for a second parser; ``n_starts`` counts item start tags."""

    root: etree._Element
    text: str
    damage: frozenset[Damage]

    @property
    def problems(self) -> tuple[str, ...]:
        """The damage in words, in a fixed order."""
        return tuple(str(kind) for kind in Damage if kind in self.damage)


_REFERENCE = re.compile(r"&(?!#[0-9]{1,7};|#x[0-9a-fA-F]{1,6};)(\w{2,32};)?")
_JUNK = re.compile(r"\s*[^<\s\ufeff]")
_BARE_LESS = re.compile(r"<(?![A-Za-z_/!?])")
_XML_ENTITIES = {"amp;": 38, "lt;": 60, "gt;": 62, "quot;": 34, "apos;": 39}
_XML_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROL_REFERENCE = re.compile(
    r"&#(?:x0{0,4}(?:[0-8bcBC]|0[eE]|[eE]|[fF]|1[0-9a-fA-F])|0{0,4}(?:[0-8]|1[124-9]|2\d|3[01]));"
)
_BARE_ATTRIBUTE = re.compile(
    r"(<[A-Za-z][\w:.-]{0,60}(?:\s+[\w:.-]{1,60}=\"[^\"<>]{0,200}\")?\s+[\w:.-]{1,60}=)"
    r"([^\s\"'<>]{1,200})(?=[\s>])"
)
_DECLARATION = re.compile(r"<\?xml[^<>]{0,300}>")
_DOCTYPE_START = re.compile(r"<!doctype", re.IGNORECASE)
_DECLARED_ENTITY = re.compile(
    r"<!ENTITY\s{1,20}([A-Za-z_][\w.-]{0,30})\s{1,20}(\"[^\"<>&%]{0,200}\"|'[^'<>&%]{0,200}')\s{0,20}>"
)
_SUBSET_END = re.compile(r"\]\s{0,50}>")
_HEAD_CHARS = 20_000
_MAX_EXPANDED_CHARS = 100_000
"""By how much entities of the DOCTYPE may lengthen a document; real ones stand for a host name or a company's."""
_DOUBLE_ENCODED = re.compile(
    "(?:[ÂÃ][\x80-\xbf]|â[\x80-\x9f€‚„†‡ˆ‰‹‘’“”•–—˜™›¢][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ])"
)
_DOUBLE_ENCODED_BYTES = re.compile(rb"\xc3[\x82\x83\xa2][\xc2\xe2]")

_MARKUP_ERRORS = frozenset(
    {
        etree.ErrorTypes.ERR_UNDECLARED_ENTITY,
        etree.ErrorTypes.WAR_UNDECLARED_ENTITY,
        etree.ErrorTypes.ERR_NAME_REQUIRED,
        etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING,
        etree.ErrorTypes.ERR_ENTITYREF_NO_NAME,
        etree.ErrorTypes.ERR_INVALID_CHARREF,
        etree.ErrorTypes.ERR_INVALID_DEC_CHARREF,
        etree.ErrorTypes.ERR_INVALID_HEX_CHARREF,
        etree.ErrorTypes.ERR_LT_IN_ATTRIBUTE,
        etree.ErrorTypes.ERR_ATTRIBUTE_NOT_STARTED,
    }
)
_HARMLESS_ERRORS = frozenset(
    {
        etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE,
        etree.ErrorTypes.NS_ERR_XML_NAMESPACE,
        etree.ErrorTypes.WAR_NS_URI,
        etree.ErrorTypes.WAR_NS_URI_RELATIVE,
        etree.ErrorTypes.WAR_SPACE_VALUE,
        etree.ErrorTypes.WAR_LANG_VALUE,
        etree.ErrorTypes.ERR_INVALID_CHAR,
    }
)
"""What libxml2 reports without losing or moving an element."""


def charset_of(response: Response) -> str | None:
    """The charset label of the Content-Type header, None without one."""
    content_type = response.header("content-type") or ""
    _, found, rest = content_type.lower().partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if found else None


def read_xml(response: Response) -> XmlDocument:
    """The tree of an XML body. ParseError ``empty``, ``not_a_feed`` (no element at all) or ``truncated``."""
    text, _ = decode(response.body, http_charset=charset_of(response), is_xml=True)
    damage: set[Damage] = set()
    if "\ufffd" in text and b"\xef\xbf\xbd" not in response.body:
        damage.add(Damage.ENCODING)
    if _DOUBLE_ENCODED_BYTES.search(response.body):
        undone = undo_double_encoding(text)
        if undone != text:
            text = undone
            damage.add(Damage.DOUBLE_ENCODING)
    trimmed = expand_declared_entities(text, trim_prolog(text))
    if not trimmed:
        raise ParseError(response.url, "empty", "the document is empty")
    if trimmed[0] != "<":
        raise ParseError(response.url, "not_a_feed", "neither XML nor JSON")
    if _JUNK.match(text):
        damage.add(Damage.JUNK)
    root, errors = _parse(trimmed)
    if errors:
        trimmed, root, errors = _repaired(trimmed, root, errors, damage)
    if root is None:
        raise ParseError(response.url, "not_a_feed", "no XML element could be read")
    if errors - _HARMLESS_ERRORS:
        damage.add(Damage.TAGS)
        if is_truncated(trimmed):
            raise ParseError(response.url, "truncated", "the document breaks off before its end tag")
    return XmlDocument(root=root, text=trimmed, damage=frozenset(damage))


def trim_prolog(text: str) -> str:
    """*text* from its first tag on, without XML declaration (the encoding is decided) and DOCTYPE."""
    start = text.find("<")
    if start < 0:
        return text.strip()
    if text.startswith("<?xml", start):
        start = text.find("<", text.find(">", start) + 1)
    elif declared := _DECLARATION.search(text, start, _HEAD_CHARS):
        return trim_prolog(text[start : declared.start()] + text[declared.end() :])
    doctype = _find_doctype(text, start)
    if doctype >= 0:
        return (text[start:doctype] + _after_doctype(text[doctype:])).lstrip()
    return text[start:] if start > 0 else text


def _find_doctype(text: str, start: int) -> int:
    """Where the DOCTYPE begins, -1 if there is none; comments and CDATA sections may speak of one."""
    for found in _DOCTYPE_START.finditer(text, start, _HEAD_CHARS):
        comment = text.rfind("<!--", start, found.start())
        if text.find("<![CDATA[", start, found.start()) >= 0:
            return -1
        if comment < 0 or text.find("-->", comment, found.start()) >= 0:
            return found.start()
    return -1


def _after_doctype(text: str) -> str:
    """What follows the DOCTYPE that *text* starts with, its internal subset included."""
    end, bracket = text.find(">"), text.find("[")
    if 0 <= bracket < end and (closed := _SUBSET_END.search(text, bracket)):
        return text[closed.end() :]
    return text[end + 1 :] if end >= 0 else ""


def expand_declared_entities(text: str, trimmed: str) -> str:
    """*trimmed* with the entities that the DOCTYPE of *text* declares as plain short texts; others stay as they are."""
    head = text[:_HEAD_CHARS]
    if "<!ENTITY" not in head:
        return trimmed
    for match in _DECLARED_ENTITY.finditer(head):
        name, value = f"&{match[1]};", match[2][1:-1]
        if trimmed.count(name) * len(value) <= _MAX_EXPANDED_CHARS and name[1:] not in _XML_ENTITIES:
            trimmed = trimmed.replace(name, value)
    return trimmed


def repair_markup(text: str) -> str:
    """*text* with HTML entities as characters, other bare ``&`` and ``<`` escaped and controls dropped.

    CDATA sections, where ``&`` and ``<`` are plain characters, stay as they are but for controls.
    """
    text = _XML_CONTROLS.sub("", text)
    parts: list[str] = []
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += (_repair_plain(text[position:start]), text[start : end + 3])
        position = end + 3
    parts.append(_repair_plain(text[position:]))
    return "".join(parts)


def _repair_plain(text: str) -> str:
    text = _CONTROL_REFERENCE.sub("", text)
    text = _REFERENCE.sub(_reference, text)
    return _BARE_ATTRIBUTE.sub(r'\1"\2"', _BARE_LESS.sub("&lt;", text))


def _reference(match: re.Match[str]) -> str:
    """The character of an entity, HTML 4 before HTML 5 (they differ in ``lang``); markup characters as numbers.

    Numbers even for ``&amp;``: libxml2 drops every named reference after the first error (xmlParseReference).
    """
    name = match[1]
    if name is None:
        return "&#38;"
    code = _XML_ENTITIES.get(name) or name2codepoint.get(name[:-1])
    char = chr(code) if code else html.unescape(f"&{name}")
    if char.startswith("&") and len(char) > 1:
        return f"&#38;{name}"
    return f"&#{ord(char)};" if char in "&<>\"'" else char


def undo_double_encoding(text: str) -> str:
    """*text* with runs such as ``â€™`` turned back into the character whose UTF-8 bytes they are (``’``)."""
    return _DOUBLE_ENCODED.sub(_undo_run, text)


def _undo_run(match: re.Match[str]) -> str:
    raw = bytearray()
    for char in match[0]:
        code = ord(char)
        raw += bytes([code]) if code < 0x100 else char.encode("cp1252")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def is_truncated(text: str) -> bool:
    """True if the outermost element of *text* is never closed, not even without its last ``>``."""
    opened = re.search(r"<([A-Za-z_][\w:.-]{0,60})", text)
    return opened is not None and text.rfind(f"</{opened[1]}") < 0 and f"</{opened[1].lower()}" not in text.lower()


def _repaired(
    text: str, root: etree._Element | None, errors: frozenset[int], damage: set[Damage]
) -> tuple[str, etree._Element | None, frozenset[int]]:
    """Text, tree and remaining errors after one repair, if there is something to repair."""
    better = repair_markup(text)
    if better == text:
        return text, root, errors
    if errors & _MARKUP_ERRORS:
        damage.add(Damage.ENTITIES)
    if etree.ErrorTypes.ERR_INVALID_CHAR in errors:
        damage.add(Damage.CONTROLS)
    root, errors = _parse(better)
    return better, root, errors


def _parse(text: str) -> tuple[etree._Element | None, frozenset[int]]:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    return root, frozenset(entry.type for entry in parser.error_log)
