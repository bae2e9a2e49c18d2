"""Finding cases, customers and articles by words, Chinese ones of one or two signs too, along an index on both databases."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import cast, delete, select, text
from sqlalchemy.dialects.postgresql import TSQUERY

from engine.model.base import table_of
from engine.model.case import Case
from engine.model.customer import Customer
from engine.model.knowledge import Article
from engine.model.search import (
    ARTICLE,
    CASE,
    CUSTOMER,
    OPEN,
    SearchEntry,
    article_terms,
    case_terms,
    customer_terms,
)
from engine.model.search_terms import query_of
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

__all__ = ["ARTICLE", "CASE", "CUSTOMER", "OPEN", "fill_if_empty", "find", "reindex"]

Indexed = Case | Customer | Article
_entry = table_of(SearchEntry)
PORTION = 500


def find(
    uow: UnitOfWork, kind: str, words: str, *, marks: Iterable[str] = (), limit: int = 500, before: int | None = None
) -> list[int]:
    """The keys of what holds all the words, the newest first; `marks` narrow it (`OPEN`); `before` is the last key seen.

    Words without any letter, digit or sign find nothing.
    """
    asked = query_of(words, [kind, uow.tenant_id, *marks])
    if not asked:
        return []
    if uow.is_sqlite:
        return _by_full_text(uow, asked, before, limit)
    query = select(_entry.c.key).where(_entry.c.terms.op("@@")(cast(_for_postgresql(asked), TSQUERY)))
    if before is not None:
        query = query.where(_entry.c.key < before)
    # The sort stands outside: the planner would else walk the keys and read every entry on the way.
    found = query.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return list(uow.connection.scalars(select(found.c.key).order_by(found.c.key.desc()).limit(limit)))


def reindex(runtime: Runtime) -> int:
    """Make every entry anew, portion by portion, while the desk works; returns how many."""
    stored = 0
    for entity in (Case, Customer, Article):
        after = 0
        while keys := runtime.transact(partial(_portion, entity=entity, after=after)):
            after, stored = keys[-1], stored + len(keys)
    return stored


def fill_if_empty(runtime: Runtime) -> None:
    """Make the index of a database that was filled before there was one."""
    with runtime.unit_of_work(read_only=True) as uow:
        indexed = uow.connection.scalar(select(_entry.c.key).limit(1))
        wanted = uow.connection.scalar(select(Case.key).limit(1)) or uow.connection.scalar(
            select(Customer.key).limit(1)
        )
    if indexed is None and wanted is not None:
        reindex(runtime)


def _by_full_text(uow: UnitOfWork, asked: list[list[str]], before: int | None, limit: int) -> list[int]:
    sentence = " AND ".join(f"({' OR '.join(choices)})" for choices in asked)
    border = "AND rowid < :before" if before is not None else ""
    statement = text(
        f"SELECT rowid FROM search_fts WHERE search_fts MATCH :sentence {border} ORDER BY rowid DESC LIMIT :limit"  # noqa: S608
    )
    values = {"sentence": sentence, "limit": limit} | ({"before": before} if before is not None else {})
    return list(uow.connection.scalars(statement, values))


def _for_postgresql(asked: list[list[str]]) -> str:
    """The same as a tsquery: `(a) & (b:* | c)`."""
    choices = [[f"{term[:-1]}:*" if term.endswith("*") else term for term in each] for each in asked]
    return " & ".join(f"({' | '.join(each)})" for each in choices)


def _portion(uow: UnitOfWork, *, entity: Any, after: int) -> list[int]:
    query = select(entity).where(entity.key > after).order_by(entity.key).limit(PORTION)
    rows: list[Any] = list(uow.session.scalars(query))
    keys = [row.key for row in rows]
    customers = _customers(uow, rows)
    uow.connection.execute(delete(_entry).where(_entry.c.key.in_(keys)))
    entries = [entry for entry in (_row(row, customers) for row in rows) if entry is not None]
    if entries:
        uow.connection.execute(_entry.insert(), entries)
    return keys


def _customers(uow: UnitOfWork, rows: list[Any]) -> dict[int, Customer]:
    keys = {row.customer_key for row in rows if isinstance(row, Case) and row.customer_key}
    found = uow.session.scalars(select(Customer).where(Customer.key.in_(keys))) if keys else ()
    return {customer.key: customer for customer in found}


def _row(row: Indexed, customers: dict[int, Customer]) -> dict[str, object] | None:
    if isinstance(row, Case):
        kind, terms = CASE, case_terms(row, customers.get(row.customer_key or 0))
    elif isinstance(row, Customer):
        kind, terms = CUSTOMER, customer_terms(row)
    elif row.archived:
        return None
    else:
        kind, terms = ARTICLE, article_terms(row)
    return {"key": row.key, "tenant_id": row.tenant_id, "kind": kind, "terms": terms}
