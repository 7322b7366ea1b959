"""Bytes from the web as text: which encoding, decided before anything is parsed.

Order of evidence: byte order mark, HTTP header, the document's own declaration, a UTF-8 trial, likeness. Labels are
those of the WHATWG Encoding Standard and nothing else: Python knows codecs (``punycode``, ``idna``) that take
quadratic time on hostile input. A declaration is believed only if the bytes agree with it; servers lie often enough
that valid UTF-8 with non-ASCII characters wins over any declared one-byte encoding.
"""

from __future__ import annotations

import codecs
import re

_LABELS = {
    # encoding.spec.whatwg.org, "Names and labels"; the Python codec of the same repertoire comes first.
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859_2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859_3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859_4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859_5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859_6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e"
    " iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859_7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
    " iso_8859-7:1987 sun_eu_greek",
    "iso8859_8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8"
    " iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859_10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859_13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859_14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859_15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859_16": "iso-8859-16",
    "koi8_r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8_u": "koi8-ru koi8-u",
    "mac_roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1"
    " iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5"
    " windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022_jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601"
    " windows-949",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTIBYTE = {"utf-8", "gb18030", "big5hkscs", "euc_jp", "cp932", "cp949", "iso2022_jp", "utf-16-le", "utf-16-be"}

_XML_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})")
_META = re.compile(rb"<meta\s[^>]{0,400}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_WORD = re.compile(rb"[\x80-\xff]{3,}")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd]")
_HEAD_BYTES = 4096  # browsers look at 1,024; pages with long scripts before the meta are common
_SOUND_PER_BROKEN = 2
_TOLERATED = 0.002  # share of undecodable characters up to which a declaration is still believed

# The most frequent characters of running text; enough to tell real text from the noise of a wrong codec.
_COMMON = {
    "gb18030": frozenset(
        "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后"
    ),
    "big5hkscs": frozenset(
        "的一是不了在人有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後"
    ),
    "cp932": frozenset("のにはをたがでてとしれさあいうるなもかすりっこらくけだきまよめどそつ、。"),
    "euc_jp": frozenset("のにはをたがでてとしれさあいうるなもかすりっこらくけだきまよめどそつ、。"),
    "cp949": frozenset("이다는의가에을한하고지도로사기은를시리자대어인나그일서정아해부보전수조있"),
}
_SURE = 0.12  # share of common characters in real text is 0.25 to 0.5, under a wrong codec below 0.03


def find_codec(label: str | None) -> str | None:
    """The Python codec for a WHATWG label (any case, blanks around it allowed), None if there is none."""
    return _CODECS.get(label.strip(" \t\n\f\r\"'").lower()) if label else None


def decode(body: bytes, *, http_charset: str | None, is_xml: bool) -> tuple[str, str]:
    """The text of *body*, without a byte order mark, and the name of the codec that gave it.

    *http_charset* is the label of the Content-Type header. Never fails: what cannot be decoded becomes U+FFFD.
    Linear in the size of *body*.
    """
    for bom, marked in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(marked, "replace"), marked
    declared = [codec for label in (http_charset, _declared(body, is_xml)) if (codec := find_codec(label))]
    if not declared and (wide := _wide(body)):
        return body.decode(wide, "replace"), wide
    if not any(codec.startswith(("utf-16", "iso2022")) for codec in declared):
        text = _strict(body, "utf-8")
        if text is not None:
            return text, "utf-8"
    for codec in declared:
        decoded = body.decode(codec, "replace")
        if _is_clean(decoded, codec) and (codec in _MULTIBYTE or not _guess_multibyte(body)):
            return decoded, codec
    guessed = _guess(body)
    return body.decode(guessed, "replace"), guessed


def _declared(body: bytes, is_xml: bool) -> str | None:
    """The label the document gives itself. UTF-16 inside an ASCII-readable document can only mean UTF-8 (WHATWG)."""
    head = body[:_HEAD_BYTES]
    found = _XML_DECLARATION.search(head) if is_xml else (_META.search(head) or _XML_DECLARATION.match(head))
    if found is None:
        return None
    label = found[1].decode("ascii", "replace").lower()
    return "utf-8" if label.startswith("utf-16") else label


def _wide(body: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by the document's first character (XML 1.0, appendix F)."""
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(body[:2])


def _strict(body: bytes, codec: str) -> str | None:
    """*body* decoded without any error, but for a character cut off at its end; None otherwise."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(body)
    except UnicodeDecodeError:
        return None


def _is_clean(text: str, codec: str) -> bool:
    """True if hardly any character of *text* is broken, or in UTF-8 twice as many are sound.

    Bytes of other encodings rarely form UTF-8 sequences by chance: of a German page's none do, of a Chinese
    one's a quarter.
    """
    n_broken = text.count("\ufffd")
    if n_broken <= len(text) * _TOLERATED:
        return True
    n_sound = len(text) - len(text.encode("ascii", "ignore")) - n_broken
    return codec == "utf-8" and n_sound >= _SOUND_PER_BROKEN * n_broken


def _guess_multibyte(body: bytes) -> str | None:
    """The East Asian codec under which *body* reads like real text, None if under none."""
    best: str | None = None
    best_share = _SURE
    for codec, common in _COMMON.items():
        text = _strict(body[:200_000], codec)
        letters = [c for c in text if ord(c) > 0x2E7F] if text else []
        share = sum(c in common for c in letters) / len(letters) if letters else 0.0
        if share > best_share:
            best, best_share = codec, share
    return best


def _guess(body: bytes) -> str:
    """The likeliest codec of undeclared bytes that are not UTF-8."""
    if _is_clean(body.decode("utf-8", "replace"), "utf-8"):
        return "utf-8"
    return _guess_multibyte(body) or _guess_cyrillic(body) or "cp1252"


def _guess_cyrillic(body: bytes) -> str | None:
    """A Cyrillic codec if the high bytes come in words (Western ones stand alone), most of them lower case under it."""
    sample = body[:200_000]
    words = b"".join(_HIGH_WORD.findall(sample))
    if len(words) < 0.6 * len(_HIGH.findall(sample)) or not words:
        return None
    shares = {}
    for codec in ("cp1251", "koi8_r"):
        text = words.decode(codec, "replace")
        shares[codec] = sum("а" <= c <= "я" for c in text) / max(len(text), 1)
    codec = max(shares, key=lambda name: shares[name])
    return codec if shares[codec] > 0.6 else None


def is_readable(text: str) -> bool:
    """False if *text* holds more control and replacement characters than a text can (a binary file, a wrong codec)."""
    sample = text[:20_000]
    bad = len(_UNREADABLE.findall(sample))
    return bad <= max(2, len(sample) * 0.02)
