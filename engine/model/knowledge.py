"""The knowledge base: articles and canned phrases, each with every version that it ever had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.errors import InvalidInput
from engine.model.base import Base, Key, Keyed, Name

KINDS = ("article", "phrase")
TITLE_LENGTH, BODY_LENGTH = 120, 20_000


class Article(Keyed, Base):
    """An article, or a phrase to answer with. `title` and `body` are those of the newest version."""

    __tablename__ = "article"
    __table_args__ = (Index(None, "tenant_id", "kind", "archived", "updated_at"),)

    kind: Mapped[str] = mapped_column(String(16), default="article")
    language: Mapped[str] = mapped_column(String(8), default="zh")
    category: Mapped[str] = mapped_column(String(64), default="")
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    archived: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[Name]
    created_at: Mapped[datetime]
    updated_by: Mapped[Name]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    def check(self) -> None:
        """Raises InvalidInput, with the field, when it is not complete."""
        fields: dict[str, list[str]] = {}
        if not self.title.strip():
            fields["title"] = ["请填写标题 / A title is needed."]
        elif len(self.title) > TITLE_LENGTH:
            fields["title"] = [f"标题最多 {TITLE_LENGTH} 个字 / At most {TITLE_LENGTH} characters."]
        if not self.body.strip():
            fields["body"] = ["请填写内容 / Write the text."]
        elif len(self.body) > BODY_LENGTH:
            fields["body"] = [f"内容最多 {BODY_LENGTH} 个字 / At most {BODY_LENGTH} characters."]
        if self.kind not in KINDS:
            fields["kind"] = ["未知的类型 / This kind is unknown."]
        if fields:
            raise InvalidInput("The article is not complete.", fields)


class ArticleVersion(Keyed, Base):
    """What an article said, from one change to the next. Written once, never changed."""

    __tablename__ = "article_version"
    __table_args__ = (UniqueConstraint("article_key", "version"),)

    article_key: Mapped[Key] = mapped_column(ForeignKey("article.key"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    change: Mapped[str] = mapped_column(String(255), default="")
    author: Mapped[Name]
    at: Mapped[datetime]
