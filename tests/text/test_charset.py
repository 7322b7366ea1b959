"""The right text comes out of the bytes, whatever the server says of them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.charset import decode, find_codec, is_readable

GERMAN = "Größe, Übermut und Straßenbäume"
CHINESE = "这是一个关于新的芯片的故事，我们在这里说了很多，他们也来了。"
TAIWANESE = "這是一個關於新的晶片的故事，我們在這裡說了很多，他們也來了。"
JAPANESE = "これは新しい橋についてのニュースです。東京からお届けします。"
KOREAN = "이것은 새로운 다리에 대한 기사입니다. 서울에서 전해 드립니다."
RUSSIAN = "Это новость о новом мосте через реку, который открыли сегодня."


def text_of(body: bytes, http_charset: str | None = None, *, is_xml: bool = False) -> str:
    return decode(body, http_charset=http_charset, is_xml=is_xml)[0]


@given(st.text(st.characters(exclude_categories=("Cs",))).filter(lambda text: not text.startswith("\ufeff")))
def test_every_text_survives_utf_8_with_a_byte_order_mark(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode(), http_charset="koi8-r", is_xml=False) == (text, "utf-8")


@given(st.binary(max_size=300), st.none() | st.text(max_size=20), st.booleans())
def test_no_bytes_and_no_label_make_it_fail(body: bytes, label: str | None, is_xml: bool) -> None:
    text, codec = decode(body, http_charset=label, is_xml=is_xml)
    assert isinstance(text, str)
    assert codecs.lookup(codec)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "cp1252"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (GERMAN, "utf-8"),
    ],
)
def test_undeclared_bytes_are_told_by_their_likeness(text: str, codec: str) -> None:
    assert text_of(text.encode(codec)) == text


@pytest.mark.parametrize("label", ["iso-8859-1", "LATIN1", " windows-1252 ", '"us-ascii"'])
def test_the_latin_labels_all_mean_windows_1252(label: str) -> None:
    assert text_of("„5 € – so viel“".encode("cp1252"), label) == "„5 € – so viel“"


def test_gb2312_means_its_superset() -> None:
    assert text_of("镕基说了这个".encode("gb18030"), "gb2312") == "镕基说了这个"


def test_valid_utf_8_wins_over_a_declared_one_byte_encoding() -> None:
    assert text_of(GERMAN.encode(), "iso-8859-1") == GERMAN


def test_a_header_that_the_bytes_contradict_loses() -> None:
    assert text_of(GERMAN.encode("cp1252"), "utf-8") == GERMAN


def test_east_asian_text_behind_a_latin_header_is_recognised() -> None:
    assert text_of(JAPANESE.encode("shift_jis"), "iso-8859-1") == JAPANESE


@pytest.mark.parametrize(
    "label", ["punycode", "idna", "base64", "rot13", "zip", "unicode_escape", "utf-7", "undefined", ""]
)
def test_codecs_that_are_no_web_encodings_have_no_label(label: str) -> None:
    assert find_codec(label) is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="gbk">',
        "<meta charset=gb2312>",
        '<meta http-equiv="Content-Type" content="text/html; charset=GBK">',
    ],
)
def test_the_meta_element_is_read(head: str) -> None:
    assert text_of((head + "短").encode("gbk")) == head + "短"


def test_the_xml_declaration_is_read() -> None:
    document = f'<?xml version="1.0" encoding="ISO-8859-2"?><a>{"Łódź"}</a>'
    assert text_of(document.encode("iso8859_2"), is_xml=True) == document


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_first_character(codec: str) -> None:
    assert text_of("<a>ü</a>".encode(codec), is_xml=True) == "<a>ü</a>"


def test_a_character_cut_off_at_the_end_does_not_change_the_encoding() -> None:
    assert decode(GERMAN.encode() + "ü".encode()[:1], http_charset=None, is_xml=False) == (GERMAN, "utf-8")


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = (GERMAN * 100).encode() + b"\xff" + GERMAN.encode()
    assert decode(body, http_charset="utf-8", is_xml=False)[1] == "utf-8"


def test_one_broken_byte_does_not_spoil_a_short_utf_8_text() -> None:
    assert text_of(GERMAN.encode() + b" \xa9 x", "utf-8") == GERMAN + " \ufffd x"


def test_a_binary_file_is_not_readable() -> None:
    assert not is_readable(bytes(range(256)).decode("latin-1") * 10)
    assert is_readable(GERMAN)
