"""Views of who did what, over everything: a list with filters, and the same as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, stream_with_context
from flask_babel import gettext as _
from flask_babel import to_user_timezone

from engine.errors import InvalidInput, NotFound
from engine.services import auditing, directory
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.supervisor.figure_sheets import harmless
from web.supervisor.typed import day_of, number_of
from web.ui import forms, words
from web.ui.context import current_actor, current_runtime

FILTERS = ("who", "what", "entity", "number", "case", "from", "to", "people")
SHOWN_FIRST = timedelta(days=30)
AT_ONCE = 1000  # rows of a sheet that are read together


@supervisor.get("/audit")
@requires("audit.read")
def list_acts() -> Any:
    errors: forms.Errors = {}
    found = auditing.Acts([], None)
    asked = _asked()
    try:
        found = auditing.acts(
            current_runtime(), _wanted(asked), actor=current_actor(), after=request.args.get("after", "")
        )
    except InvalidInput as error:
        errors = forms.field_sentences(error) or {"": [str(error)]}
    except NotFound:
        errors = {"case": [_("没有这个工单。")]}
    page = render_template(
        "supervisor/audit.html", found=found, errors=errors, asked=asked, as_text=_text,
        people=directory.directory(current_runtime(), actor=current_actor()).people,
        acts=words.WORDS["act"], entities=auditing.ENTITIES,
    )  # fmt: skip
    return (page, 422) if errors else page


@supervisor.get("/audit.csv")
@requires("audit.read")
def audit_sheet() -> Response:
    wanted = _wanted(_asked())
    first = auditing.acts(current_runtime(), wanted, actor=current_actor(), limit=AT_ONCE)
    answer = Response(stream_with_context(_sheet(wanted, first)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _asked() -> dict[str, str]:
    """The filter as the page was asked for it; without a period, the last thirty days."""
    asked = {name: request.args[name].strip() for name in FILTERS if request.args.get(name, "").strip()}
    if "from" not in request.args and "to" not in request.args:
        asked["from"] = (to_user_timezone(current_runtime().now()).date() - SHOWN_FIRST).isoformat()
    return {"from": "", **asked}


def _wanted(asked: dict[str, str]) -> auditing.Wanted:
    return auditing.Wanted(
        who=_people(asked["who"]) if "who" in asked else None,
        by_people="people" in asked,
        what=asked.get("what", ""),
        entity=asked.get("entity", ""),
        number=number_of(asked, "number"),
        case=asked.get("case", ""),
        since=day_of(asked, "from"),
        until=day_of(asked, "to", 1),
    )


def _people(text: str) -> list[str]:
    """The user names that somebody's name, or a part of it, means; the text itself is one, too."""
    known = directory.directory(current_runtime(), actor=current_actor()).people
    return [text, *(username for username, shown in known.items() if text.casefold() in shown.casefold())]


def _sheet(wanted: auditing.Wanted, found: auditing.Acts) -> Iterator[str]:
    """Every act that the filter finds, page by page; the mark in front lets Excel read Chinese."""
    heads = [
        _("时间"), _("谁"), _("用户名"), _("动作"), _("对象"), _("编号"), _("实例"), _("工单号"), _("原因"), _("从"), _("到"),
    ]  # fmt: skip
    yield "\ufeff" + _csv([heads])
    while True:
        yield _csv([_row(act) for act in found.rows])
        if found.after is None:
            return
        found = auditing.acts(current_runtime(), wanted, actor=current_actor(), after=found.after, limit=AT_ONCE)


def _row(act: auditing.Act) -> list[str]:
    return [
        to_user_timezone(act.at).strftime("%Y-%m-%d %H:%M:%S"),
        words.person(act.who),
        act.who,
        words.word(act.what, "act"),
        words.word(act.entity, "entity"),
        act.named or str(act.entity_key or ""),
        str(act.process_instance_key or ""),
        act.case_number or "",
        act.reason,
        _text(act.before) if act.before else "",
        _text(act.after) if act.after else "",
    ]


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([[harmless(cell) for cell in row] for row in rows])
    return written.getvalue()


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
