"""The index behind every search by words: one entry for a case, a customer or an article, kept up by the mapper itself.

Whoever stores one of these, by whatever service, has it found; rows that are written past the mapper (a generator's, a
restore's) are found after `kefuflow reindex`. The entry's key is its owner's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Connection, Index, String, Text, delete, event, insert, inspect, select, text, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import DEFAULT_TENANT, Base, KeyType, table_of
from engine.model.case import OPEN_STATUSES, Case
from engine.model.customer import Customer
from engine.model.knowledge import Article
from engine.model.search_terms import terms_of

CASE, CUSTOMER, ARTICLE = "case", "customer", "article"
OPEN = "open"
_CASE_TEXTS = ("number", "order_number", "sku", "title", "matter", "description")
_CUSTOMER_TEXTS = ("name", "phone", "email", "notes")
_ARTICLE_TEXTS = ("title", "body", "category")
MOST_CASES = 1000  # of one customer, to be found by a new name at once


class SearchEntry(Base):
    """The terms of one thing. SQLite keeps them a second time in the full-text table `search_fts`, by triggers."""

    __tablename__ = "search_entry"
    __table_args__ = (
        # On SQLite the full-text table is the index, so this one holds nothing.
        Index("ix_search_entry_terms", "terms", postgresql_using="gin", sqlite_where=text("key IS NULL")),
    )

    key: Mapped[int] = mapped_column(KeyType, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(String(64), default=DEFAULT_TENANT)
    kind: Mapped[str] = mapped_column(String(16))
    terms: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(terms, content='search_entry', content_rowid='key', detail=none,"
    " tokenize='ascii')",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_fts(rowid, terms) VALUES (new.key, new.terms); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, terms) VALUES ('delete', old.key, old.terms); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN"
    " INSERT INTO search_fts(search_fts, rowid, terms) VALUES ('delete', old.key, old.terms);"
    " INSERT INTO search_fts(rowid, terms) VALUES (new.key, new.terms); END",
)
_entry, _case, _customer = table_of(SearchEntry), table_of(Case), table_of(Customer)
for _statement in FULL_TEXT:
    event.listen(_entry, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
event.listen(_entry, "before_drop", DDL("DROP TABLE IF EXISTS search_fts").execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


def store(connection: Connection, kind: str, key: int, tenant_id: str, terms: str) -> None:
    """Put an entry in, or in the place of the one that is there."""
    changed = connection.execute(update(_entry).where(_entry.c.key == key).values(terms=terms))
    if not changed.rowcount:
        connection.execute(insert(_entry).values(key=key, tenant_id=tenant_id, kind=kind, terms=terms))


def case_terms(case: Any, customer: Any | None) -> str:
    """What a case is found by: its own words, and who its customer is."""
    texts = [getattr(case, name) for name in _CASE_TEXTS]
    if customer is not None:
        texts += [customer.name, customer.phone, customer.email]
    marks = [CASE, case.tenant_id, *([OPEN] if case.status in OPEN_STATUSES else [])]
    return terms_of(texts, marks)


def customer_terms(customer: Any) -> str:
    tags = customer.tags if isinstance(customer.tags, list) else []
    texts = [*(getattr(customer, name) for name in _CUSTOMER_TEXTS), *map(str, tags)]
    return terms_of(texts, [CUSTOMER, customer.tenant_id])


def article_terms(article: Any) -> str:
    return terms_of([getattr(article, name) for name in _ARTICLE_TEXTS], [ARTICLE, article.tenant_id, article.kind])


def _changed(target: Any, names: tuple[str, ...]) -> bool:
    state = inspect(target)
    return any(state.attrs[name].history.has_changes() for name in names)


def _store_case(connection: Connection, case: Any) -> None:
    query = select(_customer.c.name, _customer.c.phone, _customer.c.email).where(_customer.c.key == case.customer_key)
    customer = connection.execute(query).one_or_none() if case.customer_key else None
    store(connection, CASE, case.key, case.tenant_id, case_terms(case, customer))


@event.listens_for(Case, "after_insert")
def _case_added(_mapper: Any, connection: Connection, case: Case) -> None:
    _store_case(connection, case)


@event.listens_for(Case, "after_update")
def _case_changed(_mapper: Any, connection: Connection, case: Case) -> None:
    if _changed(case, (*_CASE_TEXTS, "customer_key", "status")):
        _store_case(connection, case)


@event.listens_for(Customer, "after_insert")
def _customer_added(_mapper: Any, connection: Connection, customer: Customer) -> None:
    store(connection, CUSTOMER, customer.key, customer.tenant_id, customer_terms(customer))


@event.listens_for(Customer, "after_update")
def _customer_changed(_mapper: Any, connection: Connection, customer: Customer) -> None:
    if _changed(customer, (*_CUSTOMER_TEXTS, "tags")):
        store(connection, CUSTOMER, customer.key, customer.tenant_id, customer_terms(customer))
    if _changed(customer, ("name", "phone", "email")):
        theirs = select(_case).where(_case.c.tenant_id == customer.tenant_id, _case.c.customer_key == customer.key)
        for case in connection.execute(theirs.order_by(_case.c.created_at.desc()).limit(MOST_CASES)).all():
            store(connection, CASE, case.key, case.tenant_id, case_terms(case, customer))


@event.listens_for(Article, "after_insert")
@event.listens_for(Article, "after_update")
def _article_stored(_mapper: Any, connection: Connection, article: Article) -> None:
    if article.archived:
        connection.execute(delete(_entry).where(_entry.c.key == article.key))
    else:
        store(connection, ARTICLE, article.key, article.tenant_id, article_terms(article))
