"""Values that a manager may change while the desk runs: what there is, its default, and how a change is checked.

A limit of a process belongs in a decision table (`processes/decisions/deadlines.dmn`); here is what is one value for the whole
desk. FEEL reads one with `setting("name")`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Any, Literal

from sqlalchemy import select

from engine.calendars import parse_duration
from engine.errors import InvalidInput, NotFound
from engine.model.permissions import Actor
from engine.model.setting import Setting
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime
from engine.services.trail import NO_KEY, note

Kind = Literal["duration", "integer", "number", "text", "choice"]


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting: its name, default and kind; `least` and `most` bound a number."""

    name: str
    default: Any
    kind: Kind
    label_zh: str
    label_en: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together, under a title."""

    title_zh: str
    title_en: str
    specs: tuple[Spec, ...]


@dataclass(frozen=True, slots=True)
class SettingView:
    """A setting and its value now; `changed` says that it is not the default, `changed_by` who gave it."""

    spec: Spec
    value: Any
    changed: bool
    changed_by: str | None


SECTIONS = (
    Section(
        "接触时限",
        "What every contact asks for",
        (
            Spec(
                "presales.reply",
                "PT5M",
                "duration",
                "售前回复时限",
                "Pre-sales reply limit",
            ),
            Spec("phone.answer", "PT30S", "duration", "电话接听时限", "Phone: time to answer"),
            Spec("register.within", "PT5M", "duration", "登记时限", "Time to register a contact"),
            Spec("phone.rings", 3, "integer", "电话响铃次数上限", "Phone: rings before it is answered", 1, 20),
        ),
    ),
    Section(
        "来件",
        "What comes in",
        (
            Spec(
                "intake.duplicate_window",
                "PT48H",
                "duration",
                "重复来件的识别窗口",
                "Window for recognising duplicates",
            ),
            Spec(
                "intake.follow_up", "P14D", "duration", "结案后来信仍归原工单的期限", "A closed case takes replies for"
            ),
            Spec(
                "intake.acknowledgements",
                3,
                "integer",
                "每小时对同一发件人的自动回执数",
                "Acknowledgements an hour to one sender",
                0,
                60,
            ),
            Spec(
                "intake.most_an_hour",
                30,
                "integer",
                "同一发件人每小时立案上限",
                "Cases an hour from one sender",
                1,
                1000,
            ),
            Spec(
                "intake.most_open",
                30,
                "integer",
                "自动分派时每人在办工单上限",
                "Open cases a person is assigned up to",
                1,
                500,
            ),
            Spec(
                "mail.most_bytes",
                26_214_400,
                "integer",
                "邮件大小上限（字节）",
                "Largest mail, bytes",
                10_240,
                104857600,
            ),
        ),
    ),
    Section(
        "店铺与售后",
        "Shop, returns and exchanges",
        (
            Spec(
                "return.address", "浙江省杭州市余杭区良渚街道物流园 3 号仓 售后组", "text", "退货地址", "Return address"
            ),
            Spec(
                "return.carriers",
                "顺丰速运 中通快递 圆通速递 申通快递 韵达快递 极兔速递 京东物流 中国邮政 EMS 德邦快递",
                "text",
                "寄回可选的快递",
                "Carriers to send back with",
            ),
            Spec(
                "return.freight_most",
                25,
                "number",
                "报销寄回运费的上限（元）",
                "Freight to send back: reimbursed up to, CNY",
                0,
            ),
            Spec(
                "return.review_late",
                "supervisor",
                "choice",
                "售后申请超时未审核：supervisor 转主管，approve 按规则同意",
                "A request that nobody reviews in time: supervisor (asked), approve (by the rules)",
                choices=("supervisor", "approve"),
            ),
            Spec(
                "payment.how",
                "请转账至店铺对公账户，或在店铺联系客服获取付款方式。",
                "text",
                "没有在线支付时，客户怎样补差价（中文）",
                "How a customer pays a difference where it cannot be paid on line, in Chinese",
            ),
            Spec(
                "payment.how_en",
                "Please transfer it to the shop's company account, or ask the shop's customer service how to pay.",
                "text",
                "没有在线支付时，客户怎样补差价（英文）",
                "How a customer pays a difference where it cannot be paid on line, in English",
            ),
            Spec("shop.freight", 8, "number", "不包邮时的运费（元）", "Freight below that, CNY", 0),
            Spec("shop.free_shipping", 99, "number", "包邮门槛（元）", "Free shipping from, CNY", 0),
        ),
    ),
    Section(
        "工作台",
        "The desk",
        (
            Spec("alerts.every", "PT1H", "duration", "看板预警邮件至多每隔", "Board alerts by mail at most every"),
            Spec("inbox.due_soon", "PT1H", "duration", "即将到期的窗口", "What counts as due soon"),
            Spec("links.valid", "P30D", "duration", "客户链接有效期", "Customer links valid for"),
            Spec(
                "attachments.most_bytes",
                10_485_760,
                "integer",
                "附件大小上限（字节）",
                "Largest file, bytes",
                1024,
                104857600,
            ),
            Spec(
                "attachments.unplaced",
                "P7D",
                "duration",
                "未随工单提交的上传保留多久",
                "Uploads that reach no case are kept",
            ),
            Spec("attachments.most_files", 20, "integer", "每个工单的附件数上限", "Most files of a case", 1, 200),
        ),
    ),
    Section(
        "回访活动",
        "Callback campaigns",
        (
            Spec(
                "campaign.cycle", "P1D", "duration", "回访活动每隔多久选一次客户", "A campaign chooses customers every"
            ),
            Spec(
                "campaign.quiet",
                "P7D",
                "duration",
                "联系后多久内不做活动回访",
                "No campaign call for so long after a contact",
            ),
        ),
    ),
    Section(
        "历史",
        "History",
        (
            Spec(
                "history.keep_days",
                1095,
                "integer",
                "流程历史保留天数（0 为永久）",
                "Days that ended processes are kept (0: for ever)",
                0,
                36500,
            ),
        ),
    ),
    Section(
        "客户、时限与质检",
        "Customers, limits and quality",
        (
            Spec("customers.tier_a_spent", 10000, "number", "A 级客户年消费额（元）", "Tier A: spent a year, CNY", 0),
            Spec("customers.tier_b_spent", 2000, "number", "B 级客户年消费额（元）", "Tier B: spent a year, CNY", 0),
            Spec("customers.silent_days", 180, "integer", "流失预警天数", "Churn: days without an order", 1),
            Spec("review.within", "PT45H", "duration", "档案复核时限", "Time to review a file"),
            Spec("retention.call", "PT9H", "duration", "挽留联系时限", "Time to call who may leave"),
            Spec("referral.call", "PT18H", "duration", "转介联系时限", "Time to call who was referred"),
            Spec("issues.answer", "PT45H", "duration", "问题登记处理时限", "Time to answer an issue"),
            Spec("leave.answer", "PT9H", "duration", "请假审批时限", "Time to answer a leave request"),
            Spec(
                "quality.sample", 2, "integer", "每周每位客服质检条数", "Answers of each agent appraised a week", 1, 50
            ),
            Spec(
                "quality.appraise",
                "PT45H",
                "duration",
                "质检与裁定时限",
                "Time to appraise an answer or decide an appeal",
            ),
            Spec("quality.appeal", "PT27H", "duration", "质检申诉时限", "Time to appeal against an appraisal"),
            Spec("customers.review_days", 180, "integer", "客户档案复核天数", "Customer file review, days", 1),
        ),
    ),
)
SPECS = {spec.name: spec for section in SECTIONS for spec in section.specs}


def default(name: str) -> Any:
    """The value of a setting that nobody changed. Raises NotFound for a name that is none."""
    return _spec(name).default


def setting(uow: UnitOfWork, name: str) -> Any:
    """The value of a setting in this transaction. Raises NotFound for a name that is none."""
    spec = _spec(name)
    row = uow.session.get(Setting, (uow.tenant_id, name))
    return spec.default if row is None else row.value


def list_settings(runtime: Runtime, *, actor: Actor) -> list[tuple[Section, list[SettingView]]]:
    """Every setting with its value, by its section. Raises Forbidden without settings.manage."""
    actor.require("settings.manage")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        rows = {row.name: row for row in uow.session.scalars(select(Setting).where(Setting.tenant_id == uow.tenant_id))}
    return [(section, [_view(spec, rows.get(spec.name)) for spec in section.specs]) for section in SECTIONS]


def change_setting(runtime: Runtime, name: str, value: Any, *, actor: Actor) -> None:
    """Give a setting a value; None brings the default back. What waits already keeps its moment.

    Raises InvalidInput for a value that does not fit, NotFound for an unknown name, Forbidden without settings.manage.
    """
    actor.require("settings.manage")
    spec = _spec(name)
    checked = None if value is None else check(spec, value)

    def work(uow: UnitOfWork) -> None:
        row = uow.session.get(Setting, (uow.tenant_id, name))
        before = spec.default if row is None else row.value
        after = spec.default if checked is None else checked
        note(runtime, uow, actor, "setting.change", NO_KEY, {name: before}, {name: after})
        if row is not None and checked is None:
            uow.session.delete(row)
        elif row is not None:
            row.value, row.changed_by, row.changed_at = checked, actor.username, uow.now
        elif checked is not None:
            uow.add(Setting(tenant_id=uow.tenant_id, name=name, value=checked, changed_by=actor.username,
                            changed_at=uow.now))  # fmt: skip

    runtime.transact(work, actor.tenant_id)


def functions(uow: UnitOfWork, info: InstanceInfo) -> Mapping[str, Callable[..., Any]]:
    """FEEL's `setting("name")`: a duration comes as one, null for a name that is none."""

    def read(name: Any) -> Any:
        if not isinstance(name, str) or name not in SPECS:
            raise ValueError(f'There is no setting "{name}".')
        value = setting(uow, name)
        return parse_duration(value) if SPECS[name].kind == "duration" else value

    return {"setting": read}


def check(spec: Spec, value: Any) -> Any:
    """The value as it is kept. Raises InvalidInput with the field's sentences."""
    return _CHECKS[spec.kind](spec, value)


def _refused(spec: Spec, value: Any, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"{spec.name} cannot be {value!r}.", {spec.name: [f"{zh} / {en}"]})


def _duration(spec: Spec, value: Any) -> str:
    try:
        length = parse_duration(str(value)).total_seconds()
    except (ValueError, InvalidInput):
        length = 0
    if length <= 0:
        raise _refused(spec, value, "请填写大于零的时长。", "Give a length of time that is more than nothing.")
    return str(value)


def _number(spec: Spec, value: Any) -> float | int:
    try:
        number = int(str(value)) if spec.kind == "integer" else float(str(value))
    except ValueError:
        number = nan
    if spec.kind == "integer" and isnan(number):
        raise _refused(spec, value, "请填写整数。", "Give a whole number.")
    if not isfinite(number):
        raise _refused(spec, value, "请填写数字。", "Give a number.")
    if spec.least is not None and number < spec.least:
        raise _refused(spec, value, f"不能小于 {spec.least:g}。", f"It cannot be less than {spec.least:g}.")
    if spec.most is not None and number > spec.most:
        raise _refused(spec, value, f"不能大于 {spec.most:.15g}。", f"It cannot be more than {spec.most:.15g}.")
    return number


def _choice(spec: Spec, value: Any) -> str:
    if value not in spec.choices:
        raise _refused(
            spec, value, f"请从 {'、'.join(spec.choices)} 中选择。", f"Choose one of {', '.join(spec.choices)}."
        )
    return str(value)


def _text(spec: Spec, value: Any) -> str:
    if not str(value).strip():
        raise _refused(spec, value, "请填写内容。", "Write something.")
    return str(value).strip()


_CHECKS: dict[str, Callable[[Spec, Any], Any]] = {
    "duration": _duration,
    "integer": _number,
    "number": _number,
    "text": _text,
    "choice": _choice,
}


def _spec(name: str) -> Spec:
    if name not in SPECS:
        raise NotFound(f"There is no setting {name}.")
    return SPECS[name]


def _view(spec: Spec, row: Setting | None) -> SettingView:
    if row is None:
        return SettingView(spec, spec.default, False, None)
    return SettingView(spec, row.value, True, row.changed_by)
