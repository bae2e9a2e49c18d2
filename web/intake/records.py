"""Views of the record forms: a table for a month, to read, to print, or as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_babel import to_user_timezone

from engine.errors import InvalidInput
from engine.services import records
from web.auth.session import requires
from web.intake import words
from web.intake.blueprint import intake
from web.ui.context import current_actor, current_runtime

CSV = "text/csv; charset=utf-8"


@intake.get("/desk/records")
@requires("cases.read")
def show_records() -> str:
    return show_record(records.kinds()[0])


@intake.get("/desk/records/<kind>")
@requires("cases.read")
def show_record(kind: str) -> str:
    since, until = _span()
    return render_template(
        "intake/records.html",
        record=_record(kind, since, until),
        kinds=records.kinds(),
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
    found = _record(kind, since, until)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([words.heading(name) for name in found.columns])
    for row in found.rows:
        writer.writerow([_safe(words.cell(name, row.get(name))) for name in found.columns])
    # The mark lets Excel read Chinese.
    answer = Response("\ufeff" + written.getvalue(), content_type=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}-{since}-{until}.csv"'
    return answer


def _record(kind: str, since: date, until: date) -> records.Record:
    zone = ZoneInfo(current_actor().time_zone)
    begins = datetime.combine(since, time(), zone)
    ends = datetime.combine(until + timedelta(days=1), time(), zone)
    return records.record_of(current_runtime(), kind, begins, ends, actor=current_actor())


def _span() -> tuple[date, date]:
    """The days that were asked for; else this month so far."""
    today = to_user_timezone(current_runtime().now()).date()
    try:
        until = date.fromisoformat(request.args.get("until") or today.isoformat())
        since = date.fromisoformat(request.args.get("since") or until.replace(day=1).isoformat())
    except ValueError as error:
        raise InvalidInput(_("日期写作 2026-03-02。")) from error
    return min(since, until), max(since, until)


def _safe(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text
