"""What codes are called on a page: channels, states, clocks, fields, steps of the timeline. A code without a word is shown as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask, g
from flask_babel import lazy_gettext as _

from engine.services.directory import Directory, directory, of_roles
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
        "chat": _("在线消息"),
        "desk": _("工作台"),
    },
    "kind": {
        "intake": _("受理"),
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
        "satisfied": _("满意"),
        "unreachable": _("未联系上"),
        "opted_out": _("不要回访"),
        "stopped": _("已叫停"),
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
        "merged": _("已并入其他工单"),
        "retained": _("已挽留"),
        "lost": _("已流失"),
        "shipped_back": _("已退回客户"),
        "changed": _("已改单"),
        "returned": _("已转退货"),
        "kept": _("未改单"),
        "answered": _("已答复"),
        "no_action": _("无需处理"),
    },
    "clock": {
        "first_response": _("首次响应"),
        "acknowledge": _("确认收件"),
        "first_plan": _("初步方案"),
        "next_response": _("下次响应"),
        "progress": _("进度通报"),
        "promised": _("承诺时间"),
        "resolution": _("解决"),
        "refund": _("法定退款期限"),
        "no_reason": _("七日无理由（法定）"),
        "warranty_return": _("三包退货（法定）"),
        "warranty_exchange": _("三包换货（法定）"),
        "repair": _("三包维修期限（法定）"),
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
    "macro": {
        "claim": _("领取"),
        "note": _("写内部备注"),
        "message": _("给客户发消息"),
        "priority": _("改优先级"),
        "snooze": _("搁置"),
        "hand_over": _("转交"),
    },
    "span": {
        "hour": _("一小时后"),
        "three_hours": _("三小时后"),
        "tomorrow": _("明天 9:00"),
        "monday": _("下周一 9:00"),
    },
    "empty_inbox": {
        "finance": _("自动退款没有成功的“人工付款”和换货的“确认补差价”会出现在这里；付过哪些，在工单的时间线里看。"),
        "warehouse": _(
            "客户寄回的包裹登记收货后，“验货”会出现在这里。包裹到了，请按运单号或订单号找到工单，登记收到退货。"
        ),
        "quality": _("要调查的投诉、要制定的改进措施和要分析的质量问题会出现在这里。"),
        "logistics": _("要向承运商索赔的包裹和要调查的投诉会出现在这里。"),
        "legal": _("要审核的重大方案和要提交的调解材料会出现在这里。"),
        "technical": _("要维修的商品、专员解答和要调查的投诉会出现在这里。"),
        "general_manager": _("赔付超出经理权限的审批和升级到您的客户会出现在这里。"),
        "manager": _("重大投诉的决定、主管的汇报和升级到您的客户会出现在这里；全局请看看板和指标。"),
        "supervisor": _("要审批的方案、升级的投诉和要人工处理的来件会出现在这里；组员的任务请在看板里看。"),
        "group_lead": _("会上分给您的问题和交给您的任务会出现在这里；组员的任务请在看板里看。"),
    },
    "sort": {
        "urgency": _("按紧急程度"),
        "due": _("按到期时间"),
        "priority": _("按优先级"),
        "newest": _("最新的在前"),
        "oldest": _("最早的在前"),
    },
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
    "escalation_reason": {
        "first_response_breach": _("首次响应超时"),
        "resolution_breach": _("解决超时"),
        "promise_breach": _("未按承诺时间答复"),
        "first_rejection": _("客户拒绝方案"),
        "second_reopen": _("再次重新打开"),
        "customer_request": _("客户要求升级"),
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
        "file.refused": _("附件未保存"),
        "contact.automatic": _("自动回复，未惊动流程"),
        "contact.unverified": _("发件人与客户档案不符"),
        "message.bounced": _("邮件被退回"),
        "message.refused": _("消息未能发出"),
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
        "stage.fault_reported": _("质量问题已转质量部门"),
        "stage.fault_analysed": _("质量部门的结论"),
        "stage.claim_due": _("待向承运商索赔"),
        "stage.claimed": _("已向承运商索赔"),
        "stage.claim_paid": _("承运商已赔付"),
        "stage.claim_refused": _("承运商拒赔"),
        "stage.waiting_customer": _("等待客户"),
        "stage.open": _("恢复处理"),
        "escalation.requested": _("客户要求升级"),
        "escalation.asked_again": _("再次要求升级"),
        "evidence.built": _("生成证据包"),
        "payment.refunded": _("退款成功"),
        "payment.received": _("差价已收到"),
        "payment.late": _("逾期后收到差价，待退回"),
        "payment.claimed": _("客户称已付差价"),
        "shipment.exchange": _("换货寄出"),
        "shipment.repaired": _("修好寄回"),
        "parcel.delivered": _("快递已送达仓库"),
        "repair.success": _("维修完成"),
        "repair.failure": _("未能修好"),
        "shipment.ship_back": _("寄回客户"),
        "offer.accepted": _("客户接受方案"),
        "offer.rejected": _("客户拒绝方案"),
        "complaint.withdrawn": _("客户撤诉"),
        "tracking.submitted": _("客户已寄回"),
        "return.cancelled": _("客户取消售后"),
        "warehouse.received": _("仓库已收货"),
        "mediation.result": _("调解结果"),
        "survey.answered": _("客户评价"),
        "callback.satisfied": _("回访：满意"),
        "callback.reopened": _("回访：不满意，重新处理"),
        "callback.unreachable": _("回访：未联系上"),
        "callback.opted_out": _("回访：客户不要回访"),
        "callback.stopped": _("回访：活动已叫停"),
        "callback.refused": _("客户不再接受回访"),
        "instance.restarted": _("流程重新开始"),
        "case.transferred": _("工单转交"),
        "case.merged": _("并入其他工单"),
        "case.absorbed": _("并入了另一个工单"),
        "task.changed": _("任务调整"),
        "task.assigned": _("任务转派"),
        "task.handed_over": _("任务转交"),
        "task.taken_over": _("任务由代班人接手"),
        "task.undone": _("撤销任务调整"),
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
    "issue_kind": {
        "product": _("商品"),
        "system": _("系统问题"),
        "process": _("流程问题"),
        "customer": _("客户反馈"),
        "other": _("其他"),
    },
    "message_state": {
        "outbox": _("待发（未配置发送）"),
        "sending": _("发送中"),
        "sent": _("已发送"),
        "refused": _("被拒收"),
        "bounced": _("被退回"),
        "stored": _("已存"),
    },
    "sub_channel": {"live_chat": _("在线聊天"), "comment": _("评论"), "direct_message": _("私信")},
    "inbound_state": {
        "filed": _("已立案"),
        "appended": _("已归入工单"),
        "bounce": _("退信"),
        "ignored": _("未立案"),
        "held": _("暂缓立案"),
        "refused": _("未能收取"),
    },
    "inbound_reason": {
        "thread": _("同一往来"),
        "number": _("主题含工单号"),
        "duplicate": _("重复来件"),
        "adopted": _("人工立案"),
        "auto_reply": _("自动回复"),
        "bulk": _("群发邮件"),
        "ours": _("我方邮件"),
        "no_sender": _("没有发件人"),
        "rate": _("同一发件人过多"),
        "permanent": _("无法送达"),
        "delayed": _("延迟送达"),
        "unknown": _("不是我方发出的邮件"),
        "too_large": _("邮件过大"),
        "failed": _("无法读取"),
    },
    "result": {
        "answered": _("已接通"),
        "no_answer": _("未接通"),
        "called_back": _("已回电"),
        "left_message": _("已留言"),
        "received": _("已收到"),
        "sent": _("已写给客户"),
    },
    "actor": {
        "system": _("系统"),
        "kefuflow": _("系统"),
        "visitor": _("访客"),
        "customer": _("客户本人"),
        "cli": _("命令行"),
    },
    "relation": {
        "duplicate": _("可能重复"),
        "parent": _("上级"),
        "child": _("下级"),
        "merged": _("已并入"),
        "order": _("同一订单"),
        "customer": _("同一客户"),
    },
    "risk": {"silent": _("久未下单"), "complained": _("多次投诉未解决")},
    "article": {"article": _("文章"), "phrase": _("常用语")},
    "mailed_kind": {
        "assigned": _("交给我的任务和工单"),
        "mention": _("有人提到我"),
        "customer_wrote": _("我的客户来信"),
        "deadline": _("快到期、已超时等提醒"),
        "other": _("其他：结案、合并、请假、代班、质检、报表"),
    },
    "mail_way": {"now": _("马上发邮件"), "hourly": _("每小时汇总一封")},
    "notice": {
        "mention": _("提到您"),
        "task_assigned": _("任务"),
        "case_transferred": _("转交"),
        "customer_wrote": _("客户来信"),
        "case_closed": _("结案"),
        "case_merged": _("合并"),
        "report": _("报表"),
        "leave_answered": _("请假"),
        "answer_appraised": _("质检"),
        "stands_in": _("代班安排"),
        "sent_away": _("离岗"),
    },
    "consent": {"none": _("没有同意")},
    "incident": {
        "EXTRACT_VALUE_ERROR": _("表达式算不出值"),
        "CONDITION_ERROR": _("没有一个条件成立"),
        "IO_MAPPING_ERROR": _("变量映射出错"),
        "CALLED_DECISION_ERROR": _("决策表无法调用"),
        "CALLED_ELEMENT_ERROR": _("子流程无法调用"),
        "DECISION_EVALUATION_ERROR": _("决策计算出错"),
        "UNHANDLED_ERROR_EVENT": _("业务错误无人处理"),
        "JOB_NO_RETRIES": _("系统作业多次失败"),
        "EXECUTION_LISTENER_NO_RETRIES": _("执行监听器多次失败"),
        "TASK_LISTENER_NO_RETRIES": _("任务监听器多次失败"),
        "AD_HOC_SUB_PROCESS_NO_RETRIES": _("临时子流程多次失败"),
    },
    "instance": {
        "ACTIVE": _("进行中"),
        "SUSPENDED": _("暂停中"),
        "COMPLETED": _("已完成"),
        "TERMINATED": _("已终止"),
    },
    "job_state": {
        "CREATED": _("待执行"),
        "COMPLETED": _("已完成"),
        "FAILED": _("失败"),
        "ERROR_THROWN": _("以业务错误结束"),
        "CANCELED": _("已取消"),
    },
    "batch": {
        "CANCEL_PROCESS_INSTANCE": _("取消流程"),
        "MIGRATE_PROCESS_INSTANCE": _("迁移版本"),
        "MODIFY_PROCESS_INSTANCE": _("移动步骤"),
        "RESOLVE_INCIDENT": _("重试故障"),
        "SUSPEND_PROCESS_INSTANCE": _("暂停流程"),
        "RESUME_PROCESS_INSTANCE": _("恢复流程"),
    },
    "batch_state": {
        "CREATED": _("等待执行"),
        "ACTIVE": _("执行中"),
        "SUSPENDED": _("暂停中"),
        "COMPLETED": _("已执行完"),
        "CANCELED": _("已取消"),
    },
    "item_state": {
        "ACTIVE": _("未执行"),
        "COMPLETED": _("成功"),
        "FAILED": _("失败"),
        "CANCELED": _("已取消"),
    },
    "act": {
        "instance.start": _("启动流程"),
        "instance.restart": _("重新开始流程"),
        "instance.cancel": _("取消流程"),
        "instance.suspend": _("暂停流程"),
        "instance.resume": _("恢复流程"),
        "instance.modify": _("移动步骤"),
        "instance.migrate": _("迁移版本"),
        "instance.activate": _("启动活动"),
        "variables.set": _("变量设置"),
        "timer.move": _("定时器改期"),
        "timer.fire": _("立即触发定时器"),
        "job.retry": _("重试作业"),
        "job.update": _("修改作业"),
        "incident.resolve": _("解决故障"),
        "message.publish": _("收到消息"),
        "message.send": _("手工发送消息"),
        "signal.broadcast": _("广播信号"),
        "decision.evaluate": _("单独计算决策"),
        "task.complete": _("任务完成"),
        "task.claim": _("领取任务"),
        "task.unclaim": _("退回任务"),
        "task.assign": _("指派任务"),
        "task.update": _("修改任务"),
        "task.snooze": _("搁置或取回任务"),
        "task.undo": _("撤销任务操作"),
        "task.denied": _("监听器拒绝了任务操作"),
        "batch.create": _("开始批量操作"),
        "batch.suspend": _("暂停批量操作"),
        "batch.resume": _("恢复批量操作"),
        "batch.cancel": _("取消批量操作"),
        "deployment.create": _("部署"),
        "resource.delete": _("删除版本"),
        "history.clean_up": _("清理历史"),
        "user.create": _("新建人员"),
        "user.change": _("修改人员"),
        "user.roles": _("修改角色"),
        "user.password": _("修改密码"),
        "user.stand_in": _("修改代班人"),
        "absence.begin": _("开始离岗"),
        "absence.end": _("结束离岗"),
        "token.create": _("新建令牌"),
        "token.revoke": _("撤销令牌"),
        "setting.change": _("修改设置"),
        "customer.change": _("修改客户档案"),
        "article.create": _("新建文章"),
        "article.change": _("修改文章"),
        "article.archive": _("归档文章"),
        "macro.create": _("新建宏"),
        "macro.change": _("修改宏"),
        "macro.delete": _("删除宏"),
        "campaign.create": _("新建回访活动"),
        "campaign.start": _("启动回访活动"),
        "campaign.stop": _("叫停回访活动"),
    },
    "entity": {
        "process_instance": _("实例"),
        "user_task": _("任务"),
        "timer": _("定时器"),
        "job": _("系统作业"),
        "incident": _("故障记录"),
        "message": _("消息"),
        "signal": _("信号"),
        "decision": _("单个决策"),
        "batch_operation": _("批次"),
        "deployment": _("部署"),
        "process": _("流程版本"),
        "requirements": _("决策表版本"),
        "form": _("表单版本"),
        "history": _("历史"),
        "user": _("员工"),
        "absence": _("离岗记录"),
        "token": _("令牌"),
        "setting": _("设置项"),
        "customer": _("客户档案"),
        "article": _("文章"),
        "macro": _("宏"),
        "campaign": _("活动"),
    },
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


def by_name(thing: Any) -> str:
    """To sort by: what the reader sees as its name."""
    return name_of(thing).casefold() if thing.name else str(thing.id).casefold()


def about_of(thing: Any) -> str:
    """What a process is for, in the reader's language."""
    return str((language() == "en" and getattr(thing, "about_en", None)) or getattr(thing, "about", None) or "")


def consent(given: dict[str, Any]) -> str:
    """The channels on which a customer agreed to be reached."""
    allowed = [word(channel, "channel") for channel, agreed in given.items() if agreed is True]
    return listed(allowed) or word("none", "consent")


def listed(words: Iterable[Any]) -> str:
    """Words one after the other, with the reader's comma."""
    return ("、" if language() == "zh" else ", ").join(map(str, words))


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
    if "directory" not in g and not current_actor().may("cases.read"):
        g.directory = of_roles()  # whoever has no business with cases sees user names
    if "directory" not in g:
        g.directory = directory(current_runtime(), actor=current_actor())
    return g.directory  # type: ignore[no-any-return]


def _plain(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def register(app: Flask) -> None:
    app.jinja_env.globals["codes"] = codes
    app.jinja_env.filters.update(about_of=about_of, consent=consent, listed=listed)
    app.jinja_env.filters.update(
        word=word, value_word=value_word, field_word=field_word, name_of=name_of, person=person, group=group
    )
