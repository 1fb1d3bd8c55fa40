"""Settings: read once, and refused with the reason where they are dangerous, unknown or malformed."""

from __future__ import annotations

import os
import re

import pytest
from pydantic import ValidationError

from gateway.settings import FILE, NoSuchHome, SettingsRefused, load
from tests import reference_pages

PLAIN = 'operator = "aurora"\nname = "Aurora Networks"\n'
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what must be refused
PAGE = (reference_pages.FOLDER / "settings.md").read_text()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in [name for name in os.environ if name.upper().startswith("DEMARC_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path):
    """Return a folder with the least that an instance needs."""
    (tmp_path / FILE).write_text(PLAIN)
    return tmp_path


def write(home, text):
    (home / FILE).write_text(PLAIN + text)
    return home


def refusal(home):
    with pytest.raises(SettingsRefused) as refused:
        load(home)
    return str(refused.value)


def test_an_instance_needs_no_more_than_its_name(home):
    settings = load(home)
    assert (settings.operator_id, settings.home, settings.keys) == ("aurora", home, home / "keys")
    assert settings.inside_store == f"sqlite:///{home}/inside.db"
    assert settings.outside_store == f"sqlite:///{home}/outside.db"


def test_the_environment_wins_over_the_file(home, monkeypatch):
    write(home, "[inside]\nport = 1111\nbatch_lines = 7\n")
    monkeypatch.setenv("DEMARC_INSIDE__PORT", "2222")
    monkeypatch.setenv("DEMARC_NAME", "Other")
    settings = load(home)
    assert (settings.inside.port, settings.inside.batch_lines, settings.name) == (2222, 7, "Other")


def test_settings_do_not_change(home):
    settings = load(home)
    for model in (settings, settings.inside, settings.outside):
        with pytest.raises(ValidationError, match="frozen"):
            model.host = EVERYWHERE


# --- dangerous -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [EVERYWHERE, "::", "192.0.2.1", "gateway.example", "127.0.0.1.example", "", "2130706433", "::ffff:192.0.2.1"],
)
def test_an_ingest_listener_beyond_this_machine_needs_tls(home, host):
    assert "needs tls_certificate and tls_key" in refusal(write(home, f'[inside]\nhost = "{host}"\n'))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_tls(home, host):
    assert load(write(home, f'[inside]\nhost = "{host}"\n')).inside.host == host


def test_with_tls_the_ingest_listener_may_be_anywhere(home):
    write(home, '[inside]\nhost = "0.0.0.0"\ntls_certificate = "a.pem"\ntls_key = "a.key"\n')
    assert load(home).inside.host == EVERYWHERE


@pytest.mark.parametrize("half", ["tls_certificate", "tls_key"])
def test_half_a_certificate_is_refused(home, half):
    assert "go together" in refusal(write(home, f'[inside]\n{half} = "x.pem"\n'))


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("postgresql+psycopg:///demarc", "postgresql+psycopg:///demarc"),
        ("sqlite:///{home}/one.db", "sqlite:///{home}/one.db"),
        ("sqlite:///{home}/outside.db", None),
        ("sqlite:///{home}/../{name}/outside.db", None),
        ("sqlite:///{home}/./outside.db?timeout=3", None),
        (None, "sqlite:///{home}/inside.db"),
    ],
)
def test_inside_and_outside_never_share_a_store(home, inside, outside):
    told = {"inside": inside, "outside": outside}
    lines = [f'[{zone}]\nstore = "{url.format(home=home, name=home.name)}"\n' for zone, url in told.items() if url]
    assert "share one store" in refusal(write(home, "".join(lines)))


@pytest.mark.parametrize(
    "url",
    [
        *("http://gateway.test", "gateway.test", "https://", "ftp://x", "https://user@gateway.test"),
        *("https://gateway.test?x=y", "https://gateway.test#x"),
    ],
)
@pytest.mark.parametrize("name", ["exchange_url", "public_url"])
def test_an_outward_address_is_a_plain_https_address(home, name, url):
    assert f"outside.{name}" in refusal(write(home, f'[outside]\n{name} = "{url}"\n'))


# --- unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("port = 80\n", "port"),
        ('opertor = "x"\n', "opertor"),
        ("[inside]\nprot = 80\n", "inside.prot"),
        ("[inside.tls]\nkey = 1\n", "inside.tls"),
        ("[insid]\nport = 80\n", "insid"),
        ('[outside]\nTLS = "off"\n', "outside.TLS"),
    ],
)
def test_a_name_that_no_setting_has_is_refused_in_the_file(home, text, place):
    assert f"{place}: " in refusal(write(home, text))


@pytest.mark.parametrize(
    "name",
    [
        *("DEMARC_OPERATORR", "DEMARC_INSIDE_PORT", "DEMARC_INSIDER__PORT", "DEMARC_INSIDE__PROT", "DEMARC__PORT"),
        *("demarc_oprator", "DEMARC_INSIDE__TLS__KEY", "DEMARC_"),
    ],
)
def test_a_name_that_no_setting_has_is_refused_in_the_environment(home, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    refusal(home)


def test_home_is_where_the_file_was_found_whatever_else_is_said(home, monkeypatch):
    monkeypatch.setenv("DEMARC_HOME", "/somewhere/else")
    assert load(home).home == home
    assert "home" in refusal(write(home, 'home = "/somewhere/else"\n'))


# --- malformed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw", [b"operator = aurora", b"[inside", b"\xff\xfe\x00", b'name = "a"\nname = "b"\n', b"\x00", b"inside = 3\n"]
)
def test_a_file_that_is_not_toml_of_ours_is_refused(home, raw):
    (home / FILE).write_bytes(raw)
    assert FILE in refusal(home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DEMARC_INSIDE", "not json"), ("DEMARC_INSIDE__PORT", "http"), ("DEMARC_INSIDE__PORT", "65536")),
        *(("DEMARC_INSIDE__BATCH_LINES", "0"), ("DEMARC_OPERATOR", "Aurora"), ("DEMARC_NAME", "")),
    ],
)
def test_a_value_that_is_none_of_its_type_is_refused(home, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert name.split("_")[1].lower().split("__")[0] in refusal(home)


def test_every_place_is_named_at_once(home):
    found = refusal(write(home, "[inside]\nport = -1\nbatch_lines = 0\n"))
    assert "inside.port" in found
    assert "inside.batch_lines" in found


@pytest.mark.parametrize("what", ["nothing", "no folder", "a file"])
def test_a_folder_without_an_instance_is_said_to_be_none(tmp_path, what):
    (tmp_path / "file").write_text("")
    with pytest.raises(NoSuchHome):
        load({"nothing": tmp_path, "no folder": tmp_path / "x", "a file": tmp_path / "file"}[what])


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_lists_exactly_the_settings_there_are():
    on_page = re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.MULTILINE)
    assert on_page == [name for name, _ in reference_pages.every_setting()]


@pytest.mark.parametrize("name", [name for name, _ in reference_pages.every_setting()])
def test_the_page_says_type_default_unit_and_help(name):
    field = dict(reference_pages.every_setting())[name]
    assert field.description is not None
    assert field.description.endswith(".")
    row = reference_pages.setting_row(name, field)
    assert row in PAGE.splitlines(), "write the page again: python -m tests.reference_pages"


def test_the_page_has_been_written_by_its_program():
    assert reference_pages.settings_page() == PAGE
