"""What letters look like: one form for all spellings that a reader takes for the same name.

Rules:
- `folded` is without case, accents, compatibility forms and look-alike letters of other scripts; `squashed` is also
  without all that is no letter or digit, and without the difference between digits and letters alike (leetspeak).
- Whatever nobody sees is no part of a text. Directional overrides show a text other than it is stored; `is_overturned`
  tells so, and nothing else here undoes that.
- The tables come from the names and decompositions that Unicode gives its characters, and from the short list of
  look-alikes below; a letter that only an artist finds similar is not in it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_OVERTURNING = "\u202a-\u202e\u2066-\u2069"
_UNSEEN = (
    "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    f"\u200b-\u200f{_OVERTURNING}\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_OVERTURNED = re.compile(f"[{_OVERTURNING}\ud800-\udfff]")
_INVISIBLE = re.compile(f"[{_UNSEEN}]")

DASHES: Final = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u058a\u05be\u1806\u2e17\u2e3a\u2e3b\ufe58\ufe63\uff0d"
)

# Pairs of a foreign letter and the Latin one that it is taken for; both cases where they look alike in both.
_ALIKE = (
    "аaАaВbвbеeЕeкkКkмmМmнhНhоoОoрpРpсcСcтtТtуyУyхxХxіiІiїiЇiјjЈjѕsЅsһhҺhӏlӀlԁdԂdԛqԚqԝwԜwґrгrпnиnцuшwщwьbъbыbзeэeѵvѴvүyҮyёeЁeйnдd"
    "αaΑaβbΒbγyεeΕeζzΖzηnΗhιiΙiκkΚkμuΜmνvΝnοoΟoπnρpΡpσoςcτtΤtυuΥyχxΧxωwϲcϹcϳjΔa"
    "ոnսuօoՕoհhցgզqԼlՏsՍuԱuքpԷtւiյjբp"
    "ᎪaᏴbᏟcᎠdᎬeᎦfᏀgᎻhᎥiᎫjᏦkᏞlᎷmΝnᏢpᎡrᏚsᎢtᏙvᎳwᎩyᏃz"
    "ꓐbꓑpꓒdꓓdꓔtꓖgꓗkꓙjꓚcꓜzꓝfꓟmꓠnꓡlꓢsꓣrꓦvꓧhꓪwꓫxꓬyꓮaꓰeꓲiꓳoꓴu"
    "ⲀaⲃbⲤcⲈeⲎhⲒiⲔkⲘmⲚnⲞoⲢpⲦtⲬxⲨyⲁaⲥcⲉeⲟoⲣpⲭx"
    "ıiȷjłlŁløoØođdĐdħhĦhŧtŦtɡgɑaɩiɪiʟlʋvƒfɢgʀrɴnʜhʙbɛeɜeɐaəeǝeɒaɯmɹrʇtʌvʎyɥhɔcʞkɟjƨsƽsꞵbꞷwſsßsþpÞpðdÐdæaÆaœoŒo"
    "٥oہo০o୦o໐oဝo๐o〇o∨v∪u∣l∧aℓl⁄/∕/∖\\․.‧.·.。.｡.٫.،,‚,׃:։:ː:˸:∶:꞉:"
)
_LOOKALIKES = {_ALIKE[at]: _ALIKE[at + 1] for at in range(0, len(_ALIKE), 2)}
_LOOKALIKES |= dict.fromkeys(DASHES[1:], "-")
_BY_CATEGORY = {"Mn": "", "Me": "", "Cf": "", "Zs": " "}
_LEET = str.maketrans("01234567890i", "olzeasgtbgol")
_LATIN = re.compile(
    r"(?:LATIN|LETTER|SCRIPT|SYMBOL|MODIFIER)(?: LETTER)?(?: SMALL| CAPITAL| TURNED| REVERSED)* ([A-Z])(?: |$)"
)


def is_overturned(text: str) -> bool:
    """Tell whether the text is shown in another order than it is stored, or is no text at all (lone surrogates)."""
    return not text.isascii() and _OVERTURNED.search(text) is not None


def visible(text: str) -> str:
    """Return the text without what nobody sees, composed (NFC). A text that is so already comes back as it is."""
    if text.isascii() and text.isprintable():
        return text
    seen = _INVISIBLE.sub("", text)
    composed = unicodedata.normalize("NFC", seen)
    return composed if composed == seen else visible(composed)


def _folded(character: str) -> str:
    """Return one character as it is compared."""
    if character.isascii():
        return character.lower()
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(map(_plain, parts))


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    by_category = _BY_CATEGORY.get(unicodedata.category(character))
    if by_category is not None:
        return by_category
    digit = unicodedata.digit(character, None)
    return _by_name(character) if digit is None else str(digit)


def _by_name(character: str) -> str:
    """Return the Latin letter that the character's name says it is, as in SQUARED LATIN CAPITAL LETTER A."""
    name = unicodedata.name(character, "")
    found = _LATIN.search(name) if "LATIN" in name or "REGIONAL" in name or "MODIFIER" in name else None
    return found[1].lower() if found else character


class _Folds(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = form = _folded(chr(code))
        return form


class _Squashes(dict[int, str]):
    def __missing__(self, code: int) -> str:
        form = "".join(filter(str.isalnum, FOLDS[code])).translate(_LEET)
        self[code] = form
        return form


FOLDS: Final = _Folds()
SQUASHES: Final = _Squashes()
# For ASCII alone, bytes translate faster than any text.
_ASCII_KEPT = bytes(ord(SQUASHES[code] or "?") for code in range(128)) + bytes(128)
_ASCII_GONE = bytes(code for code in range(128) if not SQUASHES[code])
_ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)


def folded(text: str) -> str:
    """Return the text as it is compared; not always of the same length."""
    return text.lower() if text.isascii() else text.translate(FOLDS)


def squashed(text: str) -> str:
    """Return the letters and digits of the text alone, folded, digits as the letters that they look like."""
    if text.isascii():
        return text.encode().translate(_ASCII_KEPT, _ASCII_GONE).decode()
    return text.translate(SQUASHES)


def places_of_squashed(text: str) -> list[int]:
    """Return for each character of `squashed(text)` where it stands in `text`."""
    return [at for at, character in enumerate(text) for _ in SQUASHES[ord(character)]]


def rotated(text: str) -> str:
    """Return the text in rot13."""
    return text.translate(_ROT13)
