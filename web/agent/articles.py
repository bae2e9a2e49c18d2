"""Views of the knowledge base: searching, reading, writing, versions, and picking a text to put into what one writes."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import knowledge
from engine.services.cases import writing
from engine.services.knowledge import ArticleView
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.forms import language

FIELDS = ("kind", "language", "category", "title", "body")
PICKED = 20


@agent.get("/articles")
@requires("cases.read")
def find_articles() -> str:
    given, actor, runtime = request.args, current_actor(), current_runtime()
    found = knowledge.find_articles(
        runtime, given.get("q", ""), actor=actor, kind=given.get("kind") or None, category=given.get("category") or None,
        archived="archived" in given,
    )  # fmt: skip
    return render_template("agent/articles.html", found=found, categories=knowledge.categories(runtime, actor=actor))


@agent.get("/articles/pick")
@requires("cases.read")
def pick_article() -> str:
    """A list to put texts in from, filled in for a case where there is one; those in the reader's language first."""
    given, actor, runtime = request.args, current_actor(), current_runtime()
    found = knowledge.find_articles(runtime, given.get("q", ""), actor=actor, limit=PICKED)
    found.sort(key=lambda article: (article.language != language(), article.kind != "phrase"))
    return render_template("agent/pick.html", found=[(article, _text(article)) for article in found])


@agent.get("/articles/new")
@requires("knowledge.write")
def new_article() -> str:
    return render_template("agent/article_edit.html", article=None, typed=request.args, errors={})


@agent.post("/articles/new")
@requires("knowledge.write")
def write_article() -> Any:
    values = {name: request.form.get(name, "") for name in FIELDS}
    try:
        key = knowledge.write_article(current_runtime(), values, actor=current_actor())
    except InvalidInput as error:
        return _edit(None, error), 422
    flash(_("已保存。"), "success")
    return redirect(url_for(".show_article", key=key), 303)


@agent.get("/articles/<int:key>")
@requires("cases.read")
def show_article(key: int) -> str:
    article, versions = knowledge.get_article(current_runtime(), key, actor=current_actor())
    return render_template("agent/article.html", article=article, versions=versions)


@agent.get("/articles/<int:key>/edit")
@requires("knowledge.write")
def edit_article(key: int) -> str:
    article, _versions = knowledge.get_article(current_runtime(), key, actor=current_actor())
    return render_template("agent/article_edit.html", article=article, typed={}, errors={})


@agent.post("/articles/<int:key>/edit")
@requires("knowledge.write")
def change_article(key: int) -> Any:
    given, actor, runtime = request.form, current_actor(), current_runtime()
    article, _versions = knowledge.get_article(runtime, key, actor=actor)
    changes = {name: given.get(name, "") for name in FIELDS if name != "kind"}
    try:
        revision = given.get("revision", 0, type=int)
        knowledge.change_article(runtime, key, revision, changes, given.get("change", ""), actor=actor)
    except InvalidInput as error:
        return _edit(article, error), 422
    except Conflict:
        problem = InvalidInput("Changed.", {"": ["刚才有人改过这篇，请核对后再保存 / Somebody changed it meanwhile."]})
        return _edit(article, problem), 409
    flash(_("已保存为新版本。"), "success")
    return redirect(url_for(".show_article", key=key), 303)


@agent.post("/articles/<int:key>/archive")
@requires("knowledge.write")
def archive_article(key: int) -> Response:
    knowledge.archive_article(current_runtime(), key, request.form.get("archived") == "yes", actor=current_actor())
    flash(_("已保存。"), "success")
    return redirect(url_for(".show_article", key=key), 303)


@agent.post("/articles/<int:key>/versions/<int:version>")
@requires("knowledge.write")
def bring_back(key: int, version: int) -> Response:
    knowledge.bring_back(current_runtime(), key, version, actor=current_actor())
    flash(_("已恢复为新版本。"), "success")
    return redirect(url_for(".show_article", key=key), 303)


def _edit(article: ArticleView | None, error: InvalidInput) -> str:
    errors = forms.field_sentences(error)
    return render_template("agent/article_edit.html", article=article, typed=request.form, errors=errors)


def _text(article: ArticleView) -> str:
    """What is put in: a phrase filled in for the case, an article as it stands."""
    number = request.args.get("case", "")
    if not number or "{{" not in article.body:
        return article.body
    try:
        return writing.fill_in(current_runtime(), number, article.body, actor=current_actor())
    except NotFound:
        return article.body
