"""Finding cases, customers and articles by words, Chinese ones of one or two signs too, along an index on both databases."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import cast, delete, select, text
from sqlalchemy.dialects.postgresql import TSQUERY

from engine.model.attachment import Attachment
from engine.model.base import table_of
from engine.model.case import OPEN_STATUSES, Case
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.knowledge import Article
from engine.model.search import (
    ARTICLE,
    CASE,
    CUSTOMER,
    EDITION,
    OPEN,
    PART,
    SearchEntry,
    article_terms,
    case_terms,
    customer_terms,
    part_terms,
)
from engine.model.search_terms import mark, query_of
from engine.persistence import UnitOfWork
from engine.runtime import Runtime

__all__ = ["ARTICLE", "CASE", "CUSTOMER", "OPEN", "fill_if_needed", "find", "reindex"]

Indexed = Case | Customer | Article | Contact | Attachment
_entry = table_of(SearchEntry)
PORTION = 500
NEWEST = 4  # times as many as are wanted are looked through before the index is asked
MOST_PARTS = 1000  # contacts and files, the newest, that lead to cases


def find(
    uow: UnitOfWork, kind: str, words: str, *, marks: Iterable[str] = (), limit: int = 500, before: int | None = None
) -> list[int]:
    """The keys of what holds all the words, the newest first; `marks` narrow it (`OPEN`); `before` is the last key seen.

    Words without any letter, digit or sign find nothing.
    """
    narrowed = list(marks)
    found = _entries(uow, query_of(words, [kind, uow.tenant_id, *narrowed]), before, limit)
    if kind == CASE:
        parts = _entries(uow, query_of(words, [PART, uow.tenant_id]), None, MOST_PARTS)
        found += _cases_of(uow, parts, OPEN in narrowed, before)
    return sorted(set(found), reverse=True)[:limit]


def _entries(uow: UnitOfWork, asked: list[list[str]], before: int | None, limit: int) -> list[int]:
    """The keys of the newest entries that hold all that is asked for."""
    if not asked:
        return []
    if uow.is_sqlite:
        return _by_full_text(uow, asked, before, limit)
    holds = cast(_for_postgresql(asked), TSQUERY)
    every = select(_entry.c.key, _entry.c.terms)
    if before is not None:
        every = every.where(_entry.c.key < before)
    # What very many hold is among the newest already; the index would collect all of them.
    newest = every.order_by(_entry.c.key.desc()).limit(NEWEST * limit).subquery()
    among = select(newest.c.key).where(newest.c.terms.op("@@")(holds)).order_by(newest.c.key.desc()).limit(limit)
    keys = list(uow.connection.scalars(among))
    if len(keys) == limit:
        return keys
    query = every.with_only_columns(_entry.c.key).where(_entry.c.terms.op("@@")(holds))
    # The sort stands outside: the planner would else walk the keys and read every entry on the way.
    found = query.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return list(uow.connection.scalars(select(found.c.key).order_by(found.c.key.desc()).limit(limit)))


def _cases_of(uow: UnitOfWork, parts: list[int], only_open: bool, before: int | None) -> list[int]:
    """The cases in which these things were said, or these files lie."""
    if not parts:
        return []
    query = select(_entry.c.case_key).join(Case, Case.key == _entry.c.case_key).where(_entry.c.key.in_(parts))
    if only_open:
        query = query.where(Case.status.in_(OPEN_STATUSES))
    if before is not None:
        query = query.where(Case.key < before)
    return list(uow.connection.scalars(query.distinct()))


def reindex(runtime: Runtime) -> int:
    """Make every entry anew, portion by portion, while the desk works; returns how many."""
    stored = 0
    # The oldest case comes last: its entry tells that all were made (`fill_if_needed`).
    for entity in (Attachment, Contact, Article, Customer, Case):
        before: int | None = None
        while keys := runtime.transact(partial(_portion, entity=entity, before=before)):
            before, stored = keys[-1], stored + len(keys)
    return stored


def fill_if_needed(runtime: Runtime) -> None:
    """Make the index of a database that was filled before there was one, or before its terms were cut as they are now."""
    with runtime.unit_of_work(read_only=True) as uow:
        oldest = uow.connection.scalar(select(Case.key).order_by(Case.key).limit(1)) or uow.connection.scalar(
            select(Customer.key).order_by(Customer.key).limit(1)
        )
        terms = uow.connection.scalar(select(_entry.c.terms).where(_entry.c.key == oldest))
    if oldest is not None and mark(EDITION) not in (terms or ""):
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


def _portion(uow: UnitOfWork, *, entity: Any, before: int | None) -> list[int]:
    query = select(entity).order_by(entity.key.desc()).limit(PORTION)
    rows: list[Any] = list(uow.session.scalars(query if before is None else query.where(entity.key < before)))
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
    part_of = None
    if isinstance(row, Case):
        kind, terms = CASE, case_terms(row, customers.get(row.customer_key or 0))
    elif isinstance(row, Customer):
        kind, terms = CUSTOMER, customer_terms(row)
    elif isinstance(row, Article):
        if row.archived:
            return None
        kind, terms = ARTICLE, article_terms(row)
    elif row.case_key is None:
        return None
    else:
        kind, terms, part_of = PART, part_terms(row), row.case_key
    return {"key": row.key, "tenant_id": row.tenant_id, "kind": kind, "terms": terms, "case_key": part_of}
