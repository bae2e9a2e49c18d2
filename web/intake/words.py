"""What the record forms and their columns are called, and a value as people write it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from web.ui import filters
from web.ui.words import group, person, word

TITLES = {
    "presales": _("售前咨询记录表"),
    "aftersales": _("售后服务记录表"),
    "complaint_handling": _("投诉处理记录表"),
    "complaint_register": _("投诉登记表"),
    "contacts": _("联系记录表"),
    "feedback": _("客户反馈表"),
}
HEADINGS = {
    "number": _("工单号"),
    "at": _("时间"),
    "customer_name": _("客户姓名"),
    "contact": _("联系方式"),
    "channel": _("渠道"),
    "business": _("业务"),
    "kind": _("类型"),
    "order_number": _("订单号"),
    "sku": _("商品编码"),
    "description": _("内容摘要"),
    "answer": _("答复"),
    "article": _("知识条目"),
    "cause": _("原因"),
    "wanted": _("客户诉求"),
    "level": _("级别"),
    "departments": _("涉及部门"),
    "promised_at": _("承诺时间"),
    "reopened": _("重开次数"),
    "handling": _("处理经过"),
    "owner": _("负责人"),
    "outcome": _("处理结果"),
    "closed_at": _("结案时间"),
    "direction": _("方向"),
    "content": _("内容"),
    "result": _("结果"),
    "answered_after": _("接听用时（秒）"),
    "rings": _("响铃次数"),
    "late": _("接听超时"),
    "department": _("转交部门"),
    "verdict": _("评估结论"),
    "verdict_note": _("说明"),
}
BUSINESS = {
    "presales": _("售前"),
    "aftersales": _("售后"),
    "supplier": _("供应商"),
    "investment": _("招商"),
}
VERDICTS = {
    "adopted": _("采纳"),
    "partly": _("部分采纳"),
    "considered": _("列入考虑"),
    "declined": _("不采纳"),
}
_CODED = ("channel", "kind", "cause", "wanted", "level", "result")


def title(kind: str) -> str:
    return str(TITLES.get(kind, kind))


def heading(column: str) -> str:
    return str(HEADINGS.get(column, column))


def cell(column: str, value: Any) -> str:
    """A value of a column in the reader's language; nothing is an empty cell."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, datetime):
        return filters.moment(value, "long")
    return _text(column, value)


def _text(column: str, value: Any) -> str:
    if column == "owner":
        return person(value)
    if column == "departments":
        return "、".join(group(name) for name in value)
    if column == "department":
        return group(value)
    if column == "outcome":
        shown = word(value, "outcome")
        return word(value, "status") if shown == value else shown
    if column == "direction":
        return word(f"contact.{value}", "event")
    if column == "late":
        return word(value, "yes")
    if column in ("business", "verdict"):
        return str({**BUSINESS, **VERDICTS}.get(value, value))
    return word(value, column) if column in _CODED else str(value)
