import re

import pytest
from flask import Flask

from tests.web.frontend.conftest import require_build
from web.ui import assets


@pytest.fixture
def app():
    require_build()
    app = Flask("assets", static_folder="unused", static_url_path="/static")
    assets.register(app)
    with app.test_request_context():
        yield app


def test_an_entry_brings_its_stylesheets_before_its_script(app):
    tags = str(assets.asset_tags("form")).splitlines()
    kinds = [re.match(r'<(?:link rel="(\w+)"|(script))', tag).group(1, 2) for tag in tags]
    assert kinds[0] == ("stylesheet", None)
    assert kinds[-1] == (None, "script")
    assert ' src="/static/dist/assets/form-' in tags[-1]


def test_every_file_that_an_entry_names_exists(app):
    for entry in ("theme", "base", "form", "case-diagram", "charts", "modeler", "dmn", "form-editor"):
        for file in re.findall(r"/static/dist/([^\"]+)", "\n".join(assets._tags(entry))):
            assert (assets.DIST / file).is_file(), f"{entry}: {file}"


def test_what_a_page_has_is_not_repeated(app):
    first, second = str(assets.asset_tags("base")), str(assets.asset_tags("form"))
    assert not set(first.splitlines()) & set(second.splitlines())
    assert str(assets.asset_tags("base")) == ""


def test_the_theme_is_a_classic_script_because_it_must_run_before_the_first_paint(app):
    assert re.fullmatch(r'<script src="/static/dist/assets/theme-[^"]+\.js"></script>', str(assets.asset_tags("theme")))


def test_an_unknown_entry_is_refused(app):
    with pytest.raises(KeyError):
        assets.asset_tags("nothing")


def test_a_missing_build_says_how_to_make_it(app, monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "MANIFEST", tmp_path / "manifest.json")
    assets._manifest.cache_clear()
    with pytest.raises(assets.AssetsMissing, match=r"hatch_build\.py"):
        assets.asset_url("base")
    assets._manifest.cache_clear()
