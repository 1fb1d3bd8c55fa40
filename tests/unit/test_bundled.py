"""The data folders are found in a checkout and in a wheel."""

from __future__ import annotations

import pytest

from gateway import bundled


@pytest.mark.parametrize(
    ("name", "file"),
    [("schemas", "alarm.schema.json"), ("policies", "wholesale-partner.yaml"), ("keys", "profiles.toml")],
)
def test_a_checkout_has_the_folders_beside_the_package(name, file):
    assert (bundled.folder(name) / file).is_file()


def test_a_wheel_has_them_inside_the_package_and_these_win(tmp_path, monkeypatch):
    package = tmp_path / "gateway"
    (package / "_bundled" / "keys").mkdir(parents=True)
    (tmp_path / "keys").mkdir()
    monkeypatch.setattr(bundled, "_PACKAGE", package)
    assert bundled.folder("keys") == package / "_bundled" / "keys"


def test_a_folder_that_is_missing_is_an_incomplete_installation():
    with pytest.raises(FileNotFoundError, match="install it again"):
        bundled.folder("no-such-folder")
