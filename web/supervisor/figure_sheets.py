"""Figures as a sheet: CSV that a Chinese Excel opens, and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from flask import Response
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from engine.services import figures
from engine.services.figures import Figure, Report
from engine.services.figures.kept import KeptView
from web.ui import forms

Cell = str | float | int | None
Table = list[list[Cell]]
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDTHS = {0: 24, 1: 24, 9: 80}  # of a sheet of figures: what, which, and its definition
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")  # Excel takes the wide signs for the others


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What a report is called, and an issue of it as a row."""

    title: str
    issue: Callable[[Mapping[str, Any]], list[Cell]]


def table(report: Report, line_name: Callable[[str, str], str]) -> Table:
    """One row a figure and line: durations in hours, shares as they are (0–1), with what was counted."""
    english = forms.language() == "en"
    rows: Table = [[_("期间"), report.period.first.isoformat(), report.period.last.isoformat()], _head()]
    groups: list[tuple[str, dict[str, Figure]]] = [(_("全部"), report.overall)]
    groups += [(line_name(report.by or "", line.value), line.figures) for line in report.lines]
    for name, found in groups:
        rows += [_row(name, one, english) for one in found.values()]
    return rows


def _head() -> list[Cell]:
    return [
        _("分组"), _("指标"), _("数值"), _("中位数"), _("九成以内"), _("计数"), _("达成数"), _("目标"), _("单位"), _("定义"),
    ]  # fmt: skip


def report_table(report: KeptView, words: ReportWords) -> Table:
    """A report that was made: its figures a row each, then the issues that it collected."""
    english = forms.language() == "en"
    rows: Table = [[words.title, report.first, report.last]]
    if report.data["figures"]:
        rows += [_head(), *(_row(_("全部"), Figure(**one), english) for one in report.data["figures"].values())]
    if "log" in report.data:
        rows.append([
            _("登记时间"), _("登记人"), _("问题类型"), _("问题"), _("订单号"), _("建议"), _("状态"), _("处理说明"),
            _("答复人"), _("答复时间"),
        ])  # fmt: skip
        rows += [words.issue(one) for one in report.data["log"]]
    return rows


def _row(group: str, one: Figure, english: bool) -> list[Cell]:
    definition = figures.DEFINITIONS[one.name]
    hours = definition.unit == "duration"
    unit = {"share": "0–1", "duration": _("小时"), "count": _("件"), "ratio": _("件/日")}[definition.unit]
    return [
        group,
        definition.en if english else definition.zh,
        *(_number(value, hours) for value in (one.value, one.p50, one.p90)),
        one.count,
        one.hits if definition.unit == "share" else None,
        _number(definition.target, hours),
        unit,
        definition.meaning_en if english else definition.meaning_zh,
    ]


def _number(value: float | None, hours: bool) -> float | None:
    return None if value is None else round(value / 3600 if hours else value, 4)


def answer(kind: str, name: str, rows: Table, widths: Mapping[int, int] = WIDTHS) -> Response:
    """The sheet as a download; `widths` of columns are in letters. Raises NotFound for another kind than csv and xlsx."""
    if kind not in KINDS:
        raise NotFound
    body = _csv(rows) if kind == "csv" else _workbook(rows, widths)
    return Response(
        body, mimetype=KINDS[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    )


def _csv(rows: Table) -> bytes:
    """With a byte order mark, without which Excel takes it for GBK; a text that begins like a formula is quoted."""
    out = io.StringIO()
    csv.writer(out).writerows([[harmless(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: Cell) -> Any:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _workbook(rows: Table, widths: Mapping[int, int]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_("指标"))
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, ["" if cell is None else cell for cell in row])
        sheet.freeze_panes(2, 0)
        for column, width in widths.items():
            sheet.set_column(column, column, width)
    return out.getvalue()
