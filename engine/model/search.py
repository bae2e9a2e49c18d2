"""The index behind every search by words: an entry for each case, customer and article, and for what belongs to a case: what was
said in a contact (a mail and a message are contacts) and the name of a file. The mapper itself keeps them up.

Whoever stores one of these, by whatever service, has it found; rows that are written past the mapper (a generator's, a
restore's) are found after `kefuflow reindex`. The entry's key is its owner's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Connection, Index, String, Text, delete, event, insert, inspect, select, text, update
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.attachment import Attachment
from engine.model.base import DEFAULT_TENANT, Base, KeyType, table_of
from engine.model.case import OPEN_STATUSES, Case
from engine.model.contact import Contact
from engine.model.customer import Customer
from engine.model.knowledge import Article
from engine.model.search_terms import terms_of

CASE, CUSTOMER, ARTICLE = "case", "customer", "article"
PART = "part"  # of a case: a contact or a file
OPEN = "open"
EDITION = "3: pairs and threes of signs, ends of digits"  # a mark in every entry: how its terms were cut
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
    case_key: Mapped[int | None] = mapped_column(KeyType)  # of a part of a case


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


def store(connection: Connection, kind: str, key: int, tenant_id: str, terms: str, case_key: int | None = None) -> None:
    """Put an entry in, or in the place of the one that is there."""
    values = {"terms": terms, "case_key": case_key}
    changed = connection.execute(update(_entry).where(_entry.c.key == key).values(values))
    if not changed.rowcount:
        connection.execute(insert(_entry).values(key=key, tenant_id=tenant_id, kind=kind, **values))


def case_terms(case: Any, customer: Any | None) -> str:
    """What a case is found by: its own words, and who its customer is."""
    texts = [getattr(case, name) for name in _CASE_TEXTS]
    if customer is not None:
        texts += [customer.name, customer.phone, customer.email]
    marks = [CASE, EDITION, case.tenant_id, *([OPEN] if case.status in OPEN_STATUSES else [])]
    return terms_of(texts, marks)


def customer_terms(customer: Any) -> str:
    tags = customer.tags if isinstance(customer.tags, list) else []
    texts = [*(getattr(customer, name) for name in _CUSTOMER_TEXTS), *map(str, tags)]
    return terms_of(texts, [CUSTOMER, EDITION, customer.tenant_id])


def article_terms(article: Any) -> str:
    return terms_of(
        [getattr(article, name) for name in _ARTICLE_TEXTS], [ARTICLE, EDITION, article.tenant_id, article.kind]
    )


def part_terms(part: Any) -> str:
    """What a case is found by besides: the words of a contact, or the name of a file."""
    said = part.content if isinstance(part, Contact) else part.name
    return terms_of([said], [PART, EDITION, part.tenant_id])


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


@event.listens_for(Contact, "after_insert")
@event.listens_for(Contact, "after_update")
@event.listens_for(Attachment, "after_insert")
@event.listens_for(Attachment, "after_update")
def _part_stored(_mapper: Any, connection: Connection, part: Contact | Attachment) -> None:
    if part.case_key is not None and _changed(part, ("case_key", "content" if isinstance(part, Contact) else "name")):
        store(connection, PART, part.key, part.tenant_id, part_terms(part), part.case_key)
