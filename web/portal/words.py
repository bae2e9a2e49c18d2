"""Codes as a customer reads them; a code without a word is shown as it is."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from web.ui.forms import language

WORDS: dict[str, Any] = {
    "complaint": _("投诉"),
    "return_exchange": _("退换货"),
    "intake": _("咨询"),
    "consultation": _("咨询"),
    "suggestion": _("建议"),
    "order_change": _("改单"),
    "callback": _("回访"),
    "refund": _("退款"),
    "refund_only": _("仅退款，无需退货"),
    "return_refund": _("退货退款"),
    "full": _("全额退款"),
    "partial": _("部分退款"),
    "ship_back": _("退回商品"),
    "exchange": _("换货"),
    "repair": _("维修"),
    "compensation": _("赔偿"),
    "apology": _("道歉"),
    "other": _("其他"),
    "resolved": _("问题已解决"),
    "unfounded": _("经核实，投诉不成立"),
    "withdrawn": _("您已撤回"),
    "mediated": _("已调解"),
    "no_reply": _("未收到您的答复，已结案"),
    "refunded": _("已退款"),
    "exchanged": _("已换货"),
    "repaired": _("已维修"),
    "refused": _("未予受理"),
    "closed_no_shipment": _("未收到寄回的商品，已关闭"),
    "cancelled": _("已取消"),
    "shipped_back": _("商品已退回给您"),
    "answered": _("已答复"),
    "routed": _("已转给专人处理"),
    "merged": _("已并入您的另一件服务单"),
    "satisfied": _("谢谢您的反馈"),
    "unreachable": _("没有联系上您"),
    "opted_out": _("不再回访"),
    "stopped": _("已结束"),
}


def word(code: str | None) -> str:
    return "" if not code else str(WORDS.get(code, code))


def half(thing: Any, name: str = "") -> str:
    prefix = f"{name}_" if name else ""
    return str(getattr(thing, prefix + ("en" if language() == "en" else "zh")))
