"""Appraising what agents answered: a random sample of a week's answered cases, the verdict on each, and the appeal's."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from sqlalchemy import exists, select

from engine.errors import NotFound
from engine.model.appraisal import Appraisal
from engine.model.case import Case
from engine.model.contact import Contact
from engine.model.people import User
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services.figures.collecting import NOT_COUNTED
from engine.services.figures.period import Period
from engine.services.rows import add

KINDS = ("consultation", "complaint")
_CONTACTS, _LONGEST = 5, 2000


def draw(runtime: Runtime, uow: UnitOfWork, period: Period, per_agent: int, seed: int) -> list[dict[str, Any]]:
    """At most so many answered cases of each active agent that were closed within the period; none is ever drawn twice.

    Each is `case_number`, `agent`, `agent_name`, `question`, `answer`. The same `seed` draws the same.
    """
    known = exists().where(Appraisal.case_key == Case.key)
    query = select(Case, User).join(User, (User.username == Case.owner) & (User.tenant_id == Case.tenant_id))
    query = query.where(
        Case.tenant_id == uow.tenant_id, Case.kind.in_(KINDS), Case.closed_at >= period.start, Case.closed_at < period.end,
        Case.outcome.not_in(NOT_COUNTED), User.active, ~known,
    )  # fmt: skip
    by_agent: dict[str, list[tuple[Case, User]]] = defaultdict(list)
    for case, user in uow.session.execute(query.order_by(Case.key)):
        by_agent[user.username].append((case, user))
    dice = random.Random(seed)  # noqa: S311 - a sample, not a secret
    drawn = [
        one
        for _agent, found in sorted(by_agent.items())
        for one in dice.sample(found, len(found))  # all of them in a random order: some have no words to appraise
    ]
    return _with_words(runtime, uow, drawn, per_agent)


def _with_words(
    runtime: Runtime, uow: UnitOfWork, drawn: list[tuple[Case, User]], per_agent: int
) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case, user in drawn:
        mine = found[user.username]
        answer = _answer(uow, case) if len(mine) < per_agent else None
        if answer:
            add(runtime, uow, Appraisal, case_key=case.key, agent=user.username, drawn_at=uow.now, updated_at=uow.now)
            mine.append(
                {"case_number": case.number, "agent": user.username, "agent_name": user.display_name,
                 "question": (case.description or case.title or "")[:_LONGEST], "answer": answer}
            )  # fmt: skip
    return [one for mine in found.values() for one in mine]


def _answer(uow: UnitOfWork, case: Case) -> str | None:
    """What the customer was answered: the answer that the case keeps, else what its owner last said to them."""
    kept = case.attributes.get("answer")
    if kept:
        return str(kept)[:_LONGEST]
    query = select(Contact.content).where(
        Contact.case_key == case.key, Contact.direction == "out", Contact.agent == case.owner
    )
    said = list(uow.session.scalars(query.order_by(Contact.at.desc()).limit(_CONTACTS)))
    return "\n\n".join(reversed(said))[:_LONGEST] or None


def appraise(uow: UnitOfWork, case: Case, accurate: bool, error: str | None, note: str | None, who: str) -> None:
    """Keep the verdict on a case's answer that was drawn; a second one is the decision on the agent's appeal. Raises NotFound."""
    row = uow.session.scalars(select(Appraisal).where(Appraisal.case_key == case.key)).one_or_none()
    if row is None:
        raise NotFound(f"No answer of the case {case.number} was drawn.")
    row.accurate, row.error, row.note, row.updated_at = accurate, error, note, uow.now
    if row.appraised_at is None:
        row.appraised_by, row.appraised_at = who, uow.now
    else:
        row.decided_by = who
