"""What codes are called on a page: channels, states, clocks, fields, steps of the timeline. A code without a word is shown as it is."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_babel import lazy_gettext as _

from engine.services.directory import Directory, directory
from web.ui.context import current_actor, current_runtime
from web.ui.forms import language

_LEVELS = {"critical": _("危急"), "major": _("重大"), "normal": _("普通")}
_REMEDIES = {
    "refund": _("退款"),
    "refund_only": _("仅退款"),
    "return_refund": _("退货退款"),
    "exchange": _("换货"),
    "repair": _("维修"),
    "compensation": _("赔偿"),
    "apology": _("道歉"),
    "other": _("其他"),
}
WORDS: dict[str, dict[str, Any]] = {
    "channel": {
        "phone": _("电话"),
        "online": _("在线"),
        "email": _("邮件"),
        "social": _("社交平台"),
        "store": _("门店"),
        "portal": _("自助门户"),
        "sms": _("短信"),
        "desk": _("工作台"),
    },
    "kind": {
        "complaint": _("投诉"),
        "return_exchange": _("退换货"),
        "consultation": _("咨询"),
        "suggestion": _("建议"),
        "order_change": _("改单"),
        "incident": _("应急"),
        "opinion": _("舆情"),
        "callback": _("回访"),
        "retention": _("挽留"),
    },
    "status": {
        "open": _("处理中"),
        "waiting_customer": _("等待客户"),
        "escalated": _("已升级"),
        "closed": _("已结案"),
    },
    "level": _LEVELS,
    "outcome": {
        "resolved": _("已解决"),
        "unfounded": _("不成立"),
        "withdrawn": _("已撤诉"),
        "mediated": _("已调解"),
        "no_reply": _("客户未回复"),
        "refunded": _("已退款"),
        "exchanged": _("已换货"),
        "repaired": _("已维修"),
        "refused": _("已拒绝"),
        "closed_no_shipment": _("未寄回，已关闭"),
        "cancelled": _("已取消"),
        "spam": _("垃圾信息"),
    },
    "clock": {
        "first_response": _("首次响应"),
        "next_response": _("下次响应"),
        "progress": _("进度通报"),
        "promised": _("承诺时间"),
        "resolution": _("解决"),
        "refund": _("退款"),
    },
    "clock_state": {
        "waiting": _("未开始"),
        "running": _("计时中"),
        "warned": _("已预警"),
        "paused": _("已暂停"),
        "breached": _("已超时"),
        "met": _("已达成"),
        "cancelled": _("已取消"),
    },
    "urgency": {"overdue": _("已超时"), "soon": _("即将到期"), "unread": _("客户新消息"), "rest": _("普通")},
    "order": {
        "placed": _("已下单"),
        "paid": _("已付款"),
        "shipped": _("已发货"),
        "signed": _("已签收"),
        "closed": _("已关闭"),
        "cancelled": _("已取消"),
        "lost": _("已丢失"),
        "intercepted": _("已拦截"),
    },
    "entry": {
        "contact": _("联系"),
        "message": _("消息"),
        "step": _("步骤"),
        "decision": _("决定"),
        "note": _("备注"),
        "file": _("文件"),
        "change": _("变更"),
        "sla": _("时限"),
        "escalation": _("升级"),
    },
    "event": {
        "case.opened": _("立案"),
        "case.changed": _("工单变更"),
        "case.closed": _("结案"),
        "case.reopened": _("重新打开"),
        "contact.in": _("客户联系我们"),
        "contact.out": _("我们联系客户"),
        "note.added": _("内部备注"),
        "file.added": _("上传文件"),
        "sla.started": _("时限开始"),
        "sla.paused": _("时限暂停"),
        "sla.resumed": _("时限恢复"),
        "sla.moved": _("时限调整"),
        "sla.met": _("时限达成"),
        "sla.cancelled": _("时限取消"),
        "stage.reopened": _("重新处理"),
        "stage.escalated": _("升级至主管"),
        "stage.de_escalated": _("升级解除"),
        "stage.mediated": _("调解完成"),
        "stage.waiting_customer": _("等待客户"),
        "stage.open": _("恢复处理"),
        "escalation.requested": _("客户要求升级"),
        "escalation.asked_again": _("再次要求升级"),
        "evidence.built": _("生成证据包"),
        "payment.refunded": _("退款成功"),
        "shipment.exchange": _("换货寄出"),
        "shipment.ship_back": _("寄回客户"),
        "offer.accepted": _("客户接受方案"),
        "offer.rejected": _("客户拒绝方案"),
        "complaint.withdrawn": _("客户撤诉"),
        "tracking.submitted": _("客户已寄回"),
        "return.cancelled": _("客户取消售后"),
        "warehouse.received": _("仓库已收货"),
        "mediation.result": _("调解结果"),
        "survey.answered": _("客户评价"),
        "task.changed": _("任务调整"),
        "task.assigned": _("任务转派"),
    },
    "field": {
        "kind": _("类型"),
        "status": _("状态"),
        "level": _("级别"),
        "channel": _("渠道"),
        "queue": _("队列"),
        "title": _("标题"),
        "description": _("描述"),
        "matter": _("事项"),
        "cause": _("原因"),
        "cause_code": _("原因代码"),
        "wanted": _("客户诉求"),
        "sku": _("商品编码"),
        "order_number": _("订单号"),
        "order_known": _("订单已核实"),
        "promised_at": _("承诺时间"),
        "owner": _("负责人"),
        "assignee": _("办理人"),
        "priority": _("优先级"),
        "due_at": _("到期时间"),
        "outcome": _("结果"),
        "major": _("重大"),
        "reopened": _("重开次数"),
    },
    "cause": {
        "quality": _("商品质量"),
        "wrong_item": _("发错或漏发"),
        "logistics": _("物流"),
        "service": _("服务态度"),
        "price": _("价格与促销"),
        "counterfeit": _("疑似假货"),
        "other": _("其他"),
    },
    "wanted": _REMEDIES,
    "message_state": {
        "outbox": _("待发（未配置发送）"),
        "sending": _("发送中"),
        "sent": _("已发送"),
        "refused": _("被拒收"),
        "stored": _("已存"),
    },
    "result": {
        "answered": _("已接通"),
        "no_answer": _("未接通"),
        "called_back": _("已回电"),
        "left_message": _("已留言"),
        "received": _("已收到"),
        "sent": _("已发送"),
    },
    "actor": {"system": _("系统"), "customer": _("客户本人")},
    "instance": {"ACTIVE": _("进行中"), "COMPLETED": _("已完成"), "TERMINATED": _("已终止")},
    "yes": {"True": _("是"), "False": _("否")},
}
# A field whose values have words of their own.
_VALUES = {
    "status": "status", "kind": "kind", "channel": "channel", "level": "level", "outcome": "outcome", "cause": "cause",
    "wanted": "wanted", "major": "yes", "order_known": "yes",
}  # fmt: skip


def word(code: Any, kind: str) -> str:
    """What a code of this kind is called."""
    if code is None or code == "":
        return "—"
    return str(WORDS[kind].get(str(code), code))


def codes(names: list[str], kind: str) -> dict[str, str]:
    """These codes and what they are called, for a `<select>`."""
    return {name: word(name, kind) for name in names}


def value_word(value: Any, field: str) -> str:
    """A field's value as people write it."""
    if field in ("owner", "assignee"):
        return person(value)
    return word(value, _VALUES[field]) if field in _VALUES else word(value, "yes") if value is True else _plain(value)


def field_word(name: str) -> str:
    """A field's name; that of a clock names the clock."""
    if name.startswith("sla."):
        return word(name.removeprefix("sla."), "clock")
    return word(name, "field")


def name_of(thing: Any) -> str:
    """A step's or process's name in the reader's language."""
    return str((language() == "en" and getattr(thing, "name_en", None)) or thing.name)


def person(username: str | None) -> str:
    """Whose name a user name is."""
    if not username:
        return "—"
    known = WORDS["actor"].get(username) or _directory().people.get(username)
    return str(known or username)


def group(name: str) -> str:
    """What a candidate group is called."""
    known = _directory()
    return (known.groups_en if language() == "en" else known.groups_zh).get(name, name)


def _directory() -> Directory:
    if "directory" not in g:
        g.directory = directory(current_runtime(), actor=current_actor())
    return g.directory  # type: ignore[no-any-return]


def _plain(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def register(app: Flask) -> None:
    app.jinja_env.globals["codes"] = codes
    app.jinja_env.filters.update(
        word=word, value_word=value_word, field_word=field_word, name_of=name_of, person=person, group=group
    )
