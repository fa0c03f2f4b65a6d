"""Where the stage's files are found: in the checkout first, else where a wheel puts them."""

import pytest

from lib_outpaint.apps.panel import assets


def filled(folder, style="a {}"):
    (folder / "javascript").mkdir(parents=True)
    (folder / "localizations").mkdir()
    (folder / "style.css").write_text(style, encoding="utf8")
    (folder / "javascript/b.js").write_text("second", encoding="utf8")
    (folder / "javascript/a.js").write_text("first", encoding="utf8")
    (folder / "localizations/xx.json").write_text("{}", encoding="utf8")
    return folder


def test_an_installed_package_takes_them_from_its_data(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "_CHECKOUT", tmp_path / "site-packages")
    monkeypatch.setattr(assets, "_INSTALLED", filled(tmp_path / "share"))
    assert assets.javascript() == "first\nsecond"
    assert assets.stylesheet() == "a {}"
    assert assets.localization("xx") == "{}"


def test_a_checkout_comes_first_and_a_style_sheet_alone_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "_CHECKOUT", filled(tmp_path / "checkout", "mine {}"))
    monkeypatch.setattr(assets, "_INSTALLED", filled(tmp_path / "share"))
    assert assets.stylesheet() == "mine {}"
    for path in (tmp_path / "checkout/javascript").iterdir():
        path.unlink()
    (tmp_path / "checkout/javascript").rmdir()
    assert assets.stylesheet() == "a {}"


def test_missing_files_are_an_error_that_names_both_places(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "_CHECKOUT", tmp_path / "one")
    monkeypatch.setattr(assets, "_INSTALLED", tmp_path / "two")
    with pytest.raises(FileNotFoundError) as caught:
        assets.stylesheet()
    assert str(tmp_path / "one") in str(caught.value)
    assert str(tmp_path / "two") in str(caught.value)
