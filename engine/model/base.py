"""What every mapped class shares: the declarative base, keys, UTC times, JSON values and the tenant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, Table, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DEFAULT_TENANT = "<default>"

# SQLite keeps a table in the order of an INTEGER key without a second index; elsewhere a key is 64 bits wide.
KeyType = BigInteger().with_variant(Integer, "sqlite")
_SURROGATE = re.compile("[\ud800-\udfff]")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; a naive one is refused, because nobody knows which moment it is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite's text is read in one go: a page may have thousands."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _read_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class JsonText(str):
    """A JSON value that has been turned into text already, because it is stored more than once."""

    __slots__ = ()


class Json(TypeDecorator[Any]):
    """A JSON value kept as text, so that both databases keep the order of its keys and any character.

    None is stored as the text `null`, so that a variable whose value is null is a value all the same.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return value if type(value) is JsonText else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self


_WORDS = {None: "null", True: "true", False: "false"}
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def to_json(value: Any) -> str:
    """The text under which a value is stored and compared; ValueError or TypeError when it has none."""
    if value is None or value is True or value is False:  # most of what a start sets
        return _WORDS[value]
    text = _encode(value)
    if not text.isascii() and _SURROGATE.search(text):
        # Half a character cannot be written as UTF-8, but its escape can.
        return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text


Key = Annotated[int, mapped_column(KeyType)]
Name = Annotated[str, mapped_column(String(255))]


class Base(DeclarativeBase):
    """Every table of Kefuflow; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json, list[Any]: Json, list[str]: Json}  # noqa: RUF012


def table_of(entity: type[Base]) -> Table:
    """The table that a class is mapped to, for statements that skip the mapper."""
    return cast(Table, entity.__table__)


class Keyed:
    """A row with a key from `Runtime.new_key()` that belongs to one tenant."""

    key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
