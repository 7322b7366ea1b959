"""The language of a text: by script where the script decides, else by py3langid over a closed set of languages.

A declared language is evidence, not truth: templates claim ``en`` for everything. It decides when the text is
too short to tell, and between near relatives that byte n-grams confuse (Norwegian and Danish, Czech and Slovak).
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = (
    "ar", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "ga", "gl", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "ko", "la", "lb", "lt", "lv",
    "mk", "ms", "mt", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th",
    "tl", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
_RELATIVES = (
    {"no", "da"},
    {"bs", "hr", "sr", "sl"},
    {"cs", "sk"},
    {"id", "ms"},
    {"es", "gl", "ca", "pt"},
    {"ru", "uk", "be", "bg", "mk"},
    {"de", "lb"},
)
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh"}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?$", re.IGNORECASE)
_SAMPLE = 1200  # characters; py3langid is at its best accuracy below that, and takes 2 us a byte
_SHORT = 60  # letters below which n-grams are no better than the declaration


def code(tag: str | None) -> str | None:
    """The two-letter code of a language tag (``de-AT`` -> ``de``, ``nb`` -> ``no``), None if it names none of ours."""
    found = _CODE.match(tag.strip()) if tag else None
    if found is None:
        return None
    short = found[1].lower()
    short = _SAME.get(short, short)
    return short if short in LANGUAGES else None


def cjk_share(text: str) -> float:
    """Share of the letters that are Han, kana or hangul, in [0, 1]; 0.0 without letters."""
    n_letters = len(_LETTER.findall(text))
    n_cjk = sum(len(kind.findall(text)) for kind in (_HAN, _KANA, _HANGUL))
    return n_cjk / n_letters if n_letters else 0.0


def detect(text: str, *, declared: str | None = None) -> str | None:
    """The two-letter code (ISO 639-1) of the language *text* is written in, None if nothing tells.

    *declared* is what the document says of itself (any language tag). About 2 ms for an article; the first call
    loads a model (0.5 s, 20 MB).
    """
    sample = text[:_SAMPLE]
    n_letters = len(_LETTER.findall(sample))
    said = code(declared)
    if n_letters == 0:
        return said
    if script := _by_script(sample, n_letters):
        return script
    if n_letters < _SHORT and said is not None:
        return said
    found = code(_identifier().classify(sample)[0])
    if said is not None and found != said and any({found, said} <= group for group in _RELATIVES):
        return said
    return found


def _by_script(text: str, n_letters: int) -> str | None:
    """Japanese, Korean or Chinese if the letters say so (kana occur in every Japanese sentence, in no Chinese one)."""
    n_kana, n_hangul, n_han = (len(kind.findall(text)) for kind in (_KANA, _HANGUL, _HAN))
    if n_kana + n_hangul + n_han < 0.3 * n_letters:
        return None
    if n_kana > 0.08 * (n_kana + n_han):
        return "ja"
    return "ko" if n_hangul > n_han else "zh"


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier
