"""The JSONTestSuite corpus: every y_ is read, every n_ refused, and no i_ surprises us."""

import json
import os
from pathlib import Path

import pytest

from gateway.record.strictjson import NotStrictJson, Reason, dump, parse

CORPUS = Path(os.environ.get("DEMARC_VECTORS", "../shared/vectors")) / "jsontestsuite" / "test_parsing"
FILES = sorted(CORPUS.glob("*.json"))
pytestmark = pytest.mark.skipif(not FILES, reason="the corpus is not here (DEMARC_VECTORS)")

STRICTER_THAN_RFC_8259 = {
    # Duplicate keys: RFC 7493, 2.3.
    "y_object_duplicated_key.json": Reason.DUPLICATE_KEY,
    "y_object_duplicated_key_and_value.json": Reason.DUPLICATE_KEY,
    # Noncharacters: RFC 7493, 2.1.
    "y_string_escaped_noncharacter.json": Reason.NONCHARACTER,
    "y_string_last_surrogates_1_and_2.json": Reason.NONCHARACTER,
    "y_string_nonCharacterInUTF-8_U+10FFFF.json": Reason.NONCHARACTER,
    "y_string_nonCharacterInUTF-8_U+FFFF.json": Reason.NONCHARACTER,
    "y_string_unicode_U+10FFFE_nonchar.json": Reason.NONCHARACTER,
    "y_string_unicode_U+1FFFE_nonchar.json": Reason.NONCHARACTER,
    "y_string_unicode_U+FDD0_nonchar.json": Reason.NONCHARACTER,
    "y_string_unicode_U+FFFE_nonchar.json": Reason.NONCHARACTER,
    # Control characters: ours, threat H-18.
    "y_object_escaped_null_in_key.json": Reason.CONTROL_CHARACTER,
    "y_string_allowed_escapes.json": Reason.CONTROL_CHARACTER,
    "y_string_escaped_control_character.json": Reason.CONTROL_CHARACTER,
    "y_string_null_escape.json": Reason.CONTROL_CHARACTER,
    "y_string_unescaped_char_delete.json": Reason.CONTROL_CHARACTER,
    "y_string_with_del_character.json": Reason.CONTROL_CHARACTER,
}


def files(kind: str) -> list[object]:
    """Return the files of a kind as parameters with names."""
    return [pytest.param(file, id=file.name) for file in FILES if file.name.startswith(kind)]


@pytest.mark.parametrize("file", files("y_"))
def test_good_json_is_read_unless_i_json_forbids_it(file):
    raw = file.read_bytes()
    if file.name in STRICTER_THAN_RFC_8259:
        with pytest.raises(NotStrictJson) as refused:
            parse(raw)
        assert refused.value.reason is STRICTER_THAN_RFC_8259[file.name]
    else:
        assert parse(raw) == json.loads(raw)


@pytest.mark.parametrize("file", files("n_"))
def test_bad_json_is_refused(file):
    with pytest.raises(NotStrictJson):
        parse(file.read_bytes())


@pytest.mark.parametrize("file", files("i_"))
def test_doubtful_json_is_read_or_refused(file):
    try:
        value = parse(file.read_bytes())
    except NotStrictJson:
        return
    assert parse(dump(value)) == value


def test_the_list_of_exceptions_names_files_that_exist():
    assert set(STRICTER_THAN_RFC_8259) <= {file.name for file in FILES}
