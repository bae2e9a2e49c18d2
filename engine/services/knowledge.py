"""The knowledge base: articles to answer from and canned phrases to answer with, every version kept.

A phrase may hold placeholders, as the message templates do: `{{ customer_name }}`, `{{ number }}`; they are filled in when it is
put into a case's message.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.errors import Conflict, NotFound
from engine.model.knowledge import Article, ArticleVersion
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import search
from engine.services.rows import add
from engine.services.trail import note

CHANGEABLE = ("title", "body", "category", "language")


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article or phrase in its newest version. `revision` goes back with a change."""

    key: int
    kind: str
    language: str
    category: str
    title: str
    body: str
    version: int
    archived: bool
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """What it said in one version, and what was changed for it."""

    version: int
    title: str
    body: str
    change: str
    author: str
    at: datetime


def find_articles(
    runtime: Runtime,
    words: str = "",
    *,
    actor: Actor,
    kind: str | None = None,
    category: str | None = None,
    language: str | None = None,
    archived: bool = False,
    limit: int = 50,
) -> list[ArticleView]:
    """Articles and phrases that hold all the words (Chinese ones of any length), the last changed first.

    Raises Forbidden without cases.read.
    """
    actor.require("cases.read")
    query = select(Article).where(Article.tenant_id == actor.tenant_id, Article.archived.is_(archived))
    for column, value in ((Article.kind, kind), (Article.category, category), (Article.language, language)):
        if value:
            query = query.where(column == value)
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        if words.strip():
            query = query.where(Article.key.in_(search.find(uow, search.ARTICLE, words, limit=500)))
        rows = uow.session.scalars(query.order_by(Article.updated_at.desc(), Article.key.desc()).limit(limit))
        return [_view(row) for row in rows]


def categories(runtime: Runtime, *, actor: Actor) -> list[str]:
    """The categories that are in use, by name. Raises Forbidden without cases.read."""
    actor.require("cases.read")
    query = select(Article.category).where(Article.tenant_id == actor.tenant_id, Article.archived.is_(False)).distinct()
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return sorted(name for name in uow.session.scalars(query) if name)


def get_article(runtime: Runtime, key: int, *, actor: Actor) -> tuple[ArticleView, list[VersionView]]:
    """An article with all its versions, the newest first. Raises NotFound, Forbidden without cases.read."""
    actor.require("cases.read")
    query = select(ArticleVersion).where(ArticleVersion.article_key == key).order_by(ArticleVersion.version.desc())
    names = VersionView.__dataclass_fields__
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        found = _view(uow.get(Article, key))
        rows = uow.session.scalars(query)
        return found, [VersionView(**{name: getattr(row, name) for name in names}) for row in rows]


def write_article(runtime: Runtime, values: dict[str, Any], *, actor: Actor) -> int:
    """Make an article (or, with kind "phrase", a phrase) and return its key.

    `values`: kind, title, body, category, language. Raises InvalidInput with fields, Forbidden without knowledge.write.
    """
    actor.require("knowledge.write")

    def work(uow: UnitOfWork) -> int:
        moments = {"created_at": uow.now, "updated_at": uow.now, "created_by": actor.username}
        given = {name: values[name] for name in (*CHANGEABLE, "kind") if name in values}
        texts = {name: str(value).strip() for name, value in given.items()}
        article = Article(key=runtime.new_key(), tenant_id=uow.tenant_id, updated_by=actor.username, **moments, **texts)
        article.version, article.archived = 1, False
        article.kind, article.language = article.kind or "article", article.language or "zh"
        article.category = article.category or ""
        article.check()
        uow.add(article)
        uow.flush()
        _keep_version(runtime, uow, article, "", actor)
        note(runtime, uow, actor, "article.create", article.key, None, {"title": article.title})
        return article.key

    return runtime.transact(work, actor.tenant_id)


def change_article(
    runtime: Runtime, key: int, revision: int, changes: dict[str, Any], why: str = "", *, actor: Actor
) -> int:
    """Write the next version and return its number; texts that stay as they are make none.

    Raises Conflict when somebody changed it since `revision`, InvalidInput with fields, NotFound, Forbidden.
    """
    actor.require("knowledge.write")

    def work(uow: UnitOfWork) -> int:
        article = uow.get(Article, key)
        if article.revision != revision:
            raise Conflict("Somebody else changed this article meanwhile; look at it again.")
        texts = {name: str(changes[name]).strip() for name in CHANGEABLE if name in changes}
        before = {name: getattr(article, name) for name in texts if getattr(article, name) != texts[name]}
        if not before:
            return article.version
        for name, value in texts.items():
            setattr(article, name, value)
        article.version, article.updated_by, article.updated_at = article.version + 1, actor.username, uow.now
        article.check()
        uow.flush()
        _keep_version(runtime, uow, article, why.strip(), actor)
        note(runtime, uow, actor, "article.change", key, {"version": article.version - 1}, {"version": article.version})
        return article.version

    return runtime.transact(work, actor.tenant_id)


def archive_article(runtime: Runtime, key: int, archived: bool = True, *, actor: Actor) -> None:
    """Take an article out of every search, or put it back; its versions stay. Raises NotFound, Forbidden."""
    actor.require("knowledge.write")

    def work(uow: UnitOfWork) -> None:
        article = uow.get(Article, key)
        if article.archived != archived:
            article.archived, article.updated_by, article.updated_at = archived, actor.username, uow.now
            note(runtime, uow, actor, "article.archive", key, {"archived": not archived}, {"archived": archived})

    runtime.transact(work, actor.tenant_id)


def bring_back(runtime: Runtime, key: int, version: int, *, actor: Actor) -> int:
    """Write the text of an older version as the newest. Raises NotFound, Forbidden."""
    article, versions = get_article(runtime, key, actor=actor)
    wanted = next((each for each in versions if each.version == version), None)
    if wanted is None:
        raise NotFound(f"The article has no version {version}.")
    changes = {"title": wanted.title, "body": wanted.body}
    return change_article(runtime, key, article.revision, changes, f"v{version}", actor=actor)


def _keep_version(runtime: Runtime, uow: UnitOfWork, article: Article, why: str, actor: Actor) -> None:
    texts = {"title": article.title, "body": article.body, "change": why[:255]}
    add(runtime, uow, ArticleVersion, article_key=article.key, version=article.version, author=actor.username, at=uow.now,
        **texts)  # fmt: skip


def _view(row: Article) -> ArticleView:
    return ArticleView(**{name: getattr(row, name) for name in ArticleView.__dataclass_fields__})
