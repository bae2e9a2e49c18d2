"""Every Chinese text of the pages has English beside it, once, and no page says anything that cannot be translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

WEB = Path(__file__).resolve().parents[2] / "web"
PACKAGES = sorted(
    path.name for path in WEB.iterdir() if (path / "__init__.py").is_file() and path.name not in ("static", "frontend")
)
CHINESE = re.compile("[\u4e00-\u9fff]")
TRANSLATING = ("_", "gettext", "ngettext", "lazy_gettext")


def _files(package: str) -> Iterator[tuple[Path, str]]:
    folder = WEB / package
    yield from ((path, "python") for path in sorted(folder.rglob("*.py")))
    yield from ((path, "jinja2.ext:babel_extract") for path in sorted(folder.rglob("*.html")))
    if package == "ui":  # modules beside the packages have no catalogue of their own
        yield from ((path, "python") for path in sorted(WEB.glob("*.py")))


def _messages(package: str) -> set[str | tuple[str, ...]]:
    found: set[str | tuple[str, ...]] = set()
    for path, method in _files(package):
        options = {"silent": "false"} if "jinja" in method else {}
        found |= {message for _, message, _, _ in extract_from_file(method, str(path), DEFAULT_KEYWORDS, (), options)}
    return found


def _catalogue(package: str) -> Catalog:
    path = WEB / package / "en.po"
    if not path.is_file():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_message_has_english_beside_it(package):
    catalogue = _catalogue(package)
    lacking = []
    for message in _messages(package):
        found = catalogue.get(message)
        texts = (found.string if isinstance(found.string, tuple) else (found.string,)) if found else ()
        if not texts or not all(texts) or found.fuzzy:
            lacking.append(message)
    assert lacking == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_catalogue_has_nothing_that_no_page_says(package):
    said = _messages(package)
    assert [entry.id for entry in _catalogue(package) if entry.id and entry.id not in said] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_translation_keeps_the_placeholders(package):
    placeholder = re.compile(r"%\((\w+)\)[sd]")
    wrong = []
    for entry in _catalogue(package):
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wrong += [
            text for text in texts if entry.id and set(placeholder.findall(ids[0])) != set(placeholder.findall(text))
        ]
    assert wrong == []


def test_a_text_is_called_the_same_on_every_page():
    english: dict[object, set[object]] = {}
    for package in PACKAGES:
        for entry in _catalogue(package):
            if entry.id:
                english.setdefault(entry.id, set()).add(entry.string)
    assert {message: texts for message, texts in english.items() if len(texts) > 1} == {}


@pytest.mark.parametrize("path", sorted(WEB.rglob("templates/**/*.html")), ids=lambda path: path.name)
def test_a_template_says_no_chinese_outside_a_translation(path):
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    translated = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATING
        for constant in call.find_all(nodes.Const)
    }
    said = [data.data.strip() for data in tree.find_all(nodes.TemplateData) if CHINESE.search(data.data)]
    said += [
        constant.value
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str) and CHINESE.search(constant.value) and id(constant) not in translated
    ]
    assert said == []


@pytest.mark.parametrize("path", sorted(WEB.rglob("templates/**/*.html")), ids=lambda path: path.name)
def test_a_template_gives_no_constant_to_a_filter_that_names_things(path):
    """Jinja works such a thing out once, in the language of whoever came first, and says so to everybody."""
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    fixed = [node.name for node in tree.find_all(nodes.Filter) if isinstance(node.node, nodes.Const)]
    assert set(fixed) <= {"format", "safe"}
