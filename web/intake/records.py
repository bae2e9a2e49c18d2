"""Views of the record forms: a table for a month, to read, to print, or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, stream_with_context
from flask_babel import gettext as _
from flask_babel import to_user_timezone

from engine.errors import InvalidInput
from engine.services import records
from engine.services.figures.period import YEARS
from web.auth.session import requires
from web.intake import words
from web.intake.blueprint import intake
from web.ui.context import current_actor, current_runtime

CSV = "text/csv; charset=utf-8"
LINES = 50  # of a page that is looked at; for print it shows as many as a form has


@intake.get("/desk/records")
@requires("cases.read")
def show_records() -> str:
    return show_record(records.kinds()[0])


@intake.get("/desk/records/<kind>")
@requires("cases.read")
def show_record(kind: str) -> str:
    since, until = _span()
    limit = records.MOST if "all" in request.args else LINES
    return render_template(
        "intake/records.html",
        record=_record(kind, since, until, request.args.get("after", ""), limit),
        kinds=records.kinds(),
        most=records.MOST,
        since=since,
        until=until,
        cell=words.cell,
        heading=words.heading,
        title=words.title,
    )


@intake.get("/desk/records/<kind>.csv")
@requires("cases.read")
def download_record(kind: str) -> Response:
    since, until = _span()
    first = _record(kind, since, until)
    answer = Response(stream_with_context(_lines(first, since, until)), content_type=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}-{since}-{until}.csv"'
    return answer


def _lines(found: records.Record, since: date, until: date) -> Iterator[str]:
    """Every line of a form as CSV, page by page; the mark in front lets Excel read Chinese."""
    yield "\ufeff" + _csv([[words.heading(name) for name in found.columns]])
    while True:
        yield _csv([[_safe(words.cell(name, row.get(name))) for name in found.columns] for row in found.rows])
        if found.after is None:
            return
        found = _record(found.kind, since, until, found.after)


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _record(kind: str, since: date, until: date, after: str = "", limit: int = records.MOST) -> records.Record:
    zone = ZoneInfo(current_actor().time_zone)
    begins = datetime.combine(since, time(), zone)
    ends = datetime.combine(until + timedelta(days=1), time(), zone)
    return records.record_of(current_runtime(), kind, begins, ends, actor=current_actor(), after=after, limit=limit)


def _span() -> tuple[date, date]:
    """The days that were asked for; else this month so far."""
    today = to_user_timezone(current_runtime().now()).date()
    try:
        until = date.fromisoformat(request.args.get("until") or today.isoformat())
        since = date.fromisoformat(request.args.get("since") or until.replace(day=1).isoformat())
    except ValueError as error:
        raise InvalidInput(_("日期写作 2026-03-02。")) from error
    if not all(YEARS[0] <= day.year <= YEARS[1] for day in (since, until)):
        raise InvalidInput(_("日期写作 2026-03-02。"))
    return min(since, until), max(since, until)


def _safe(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text
