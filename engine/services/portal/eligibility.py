"""What may be asked for an article, before anything is filed: the return rules, asked for every reason, with their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.connectors.orders import OrderRecord
from engine.decisions import typed_context
from engine.errors import InvalidInput, NotFound
from engine.feel import to_json
from engine.model.deployment import DecisionDefinition
from engine.model.permissions import Actor
from engine.persistence import UnitOfWork
from engine.runtime import InstanceInfo, Runtime
from engine.services import definitions, task_forms
from engine.services.handlers import aftersales
from engine.services.portal.filing import RETURN, checked, portal_form
from engine.services.portal.orders import own_order
from engine.services.settings import setting
from engine.services.shop.left import pieces_left
from engine.services.turn import Turn
from engine.services.turn.environment import feel_functions

TABLE, FREIGHT = "return_eligibility", "freight"
# What the table decides by itself, and a customer can not choose.
AT_ONCE = {"cancel": "refund_only", "refund_only": "refund_only"}


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """What a reason leads to. `requested` are the values that the form takes, best first; empty when the rules refuse.

    `why_zh` and `why_en` are the rule's words, `freight` who pays for sending it back (seller, buyer, buyer_all), None if nothing
    is sent; `supervisor` says that a person decides, outside the rules.
    """

    reason: str
    label: str
    requested: tuple[str, ...]
    why_zh: str
    why_en: str
    freight: str | None
    supervisor: bool

    @property
    def refused(self) -> bool:
        return not self.requested


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The choices for one article, in the order of the form's reasons, and when it was signed for (None: not yet)."""

    choices: list[ReasonChoice]
    signed_at: datetime | None
    days_since_signed: int | None

    def choice(self, reason: str) -> ReasonChoice | None:
        return next((each for each in self.choices if each.reason == reason), None)


def eligibility(runtime: Runtime, number: str, sku: str, *, actor: Actor, intact: bool = True) -> Eligibility:
    """What the rules allow for an article of one's own order, reason by reason; nothing is filed or kept.

    Raises NotFound for another's order or an article that is not in it, Unavailable while the shop does not answer.
    """
    return _eligibility(runtime, own_order(runtime, number, actor=actor), sku, actor, intact)


def _eligibility(runtime: Runtime, order: OrderRecord, sku: str, actor: Actor, intact: bool) -> Eligibility:
    if sku not in {line.sku for line in order.lines}:
        raise NotFound(f"Order {order.number} has no article {sku}.")
    reasons = _options(runtime, "reason", actor)
    wishes = [value for value, _ in _options(runtime, "requested", actor)]
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        known = _facts(runtime, uow, order, sku)
        rules = _Rules(runtime, uow)
        found = [_choice(rules, known, reason, label, wishes, intact) for reason, label in reasons]
    return Eligibility(found, order.signed_at, known.get("days_since_signed"))


def check_allowed(runtime: Runtime, form_data: Mapping[str, Any], *, actor: Actor) -> None:
    """Raises InvalidInput when the rules do not allow what is asked for an article of one's own (field `requested`), or more pieces
    are named than have not gone back yet (field `quantity`). Raises FormRefused, NotFound."""
    given = checked(runtime, RETURN, dict(form_data), actor)
    order, sku = own_order(runtime, str(given["order_number"]), actor=actor), str(given["sku"])
    found = _eligibility(runtime, order, sku, actor, given.get("intact") is not False).choice(str(given["reason"]))
    if found is None or given.get("requested") not in found.requested:
        why = f"{found.why_zh} / {found.why_en}" if found else "请选择原因 / Choose a reason."
        raise InvalidInput("The rules do not allow this.", {"requested": [why]})
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        left = pieces_left(uow, [order])[order.number, sku]
    if left == 0 or (given.get("quantity") or 0) > left:
        why = f"这件商品还可以申请 {left} 件 / {left} pieces of it may still go back."
        raise InvalidInput("So many are not left.", {"quantity": [why]})


class _Rules:
    """The deployed tables, evaluated without keeping a trace: a page that is looked at decides nothing."""

    def __init__(self, runtime: Runtime, uow: UnitOfWork) -> None:
        self._runtime, self._uow = runtime, uow
        info = InstanceInfo(0, uow.tenant_id, 0, None, None, 0, 0, "", 0)
        self._functions = feel_functions(Turn(runtime, uow), info)

    def ask(self, table: str, given: Mapping[str, Any]) -> Any:
        row = definitions.latest(self._uow, DecisionDefinition, table)
        model = definitions.decision_model(self._runtime, self._uow, row.requirements_key)
        context = typed_context(model, dict(given))
        outcome = model.evaluate(row.decision_id, context, now=self._uow.now, functions=self._functions)
        return None if outcome.failed else to_json(outcome.value)


def _facts(runtime: Runtime, uow: UnitOfWork, order: OrderRecord, sku: str) -> dict[str, Any]:
    zone, free_from = runtime.settings.time_zone, Decimal(str(setting(uow, "shop.free_shipping")))
    return aftersales.facts_of(uow, order, sku, zone, free_from)


def _choice(
    rules: _Rules, known: Mapping[str, Any], reason: str, label: str, wishes: list[str], intact: bool
) -> ReasonChoice:
    given = {**known, "order_state": known.get("state"), "reason": reason, "intact": intact}
    found = rules.ask(TABLE, given)
    found = found if isinstance(found, dict) else {"remedy": "supervisor", "choices": "", "reason": ""}
    remedy = str(found.get("remedy"))
    allowed = [AT_ONCE.get(name.strip(), name.strip()) for name in str(found.get("choices") or "").split(",")]
    requested = () if remedy == "refuse" else tuple(dict.fromkeys(name for name in allowed if name in wishes))
    payer = rules.ask(FREIGHT, {**known, "reason": reason}) if _is_sent_back(remedy) else None
    why = str(found.get("reason") or "")
    return ReasonChoice(
        reason=reason,
        label=label,
        requested=requested,
        why_zh=why,
        why_en=str(found.get("reason_en") or WHY_EN.get(why, why)),
        freight=str(payer) if isinstance(payer, str) else None,
        supervisor=remedy == "supervisor",
    )


def _is_sent_back(remedy: str) -> bool:
    return remedy in ("return_refund", "exchange", "repair")


def _options(runtime: Runtime, field: str, actor: Actor) -> list[tuple[str, str]]:
    """The values and labels of a choice of the return form, in the actor's language."""
    schema = task_forms.schema_of(portal_form(runtime, RETURN, actor=actor), actor.locale)
    for component in schema.get("components", ()):
        if component.get("key") == field:
            return [(str(each["value"]), str(each["label"])) for each in component.get("values", ())]
    return []


# The rules' words, for a table that has no English of its own.
WHY_EN = {
    "未发货，取消并退款": "Not shipped yet: cancelled and refunded",
    "运输丢件，仅退款": "Lost on its way: refunded",
    "疑似假货，退款并按重大投诉处理": "Suspected counterfeit: refunded, and treated as a major complaint",
    "法定不适用七日无理由退货的商品": "By law this kind of article cannot be returned without a reason",
    "购买时已确认不适用无理由退货": "You agreed when buying that it cannot be returned without a reason",
    "七日内且完好": "Within 7 days and intact",
    "七日内质量问题：退、换、修": "Quality fault within 7 days: return, exchange or repair",
    "十五日内质量问题：换、修": "Quality fault within 15 days: exchange or repair",
    "两次维修仍未修好：换或退": "Repaired twice and still faulty: exchange or return",
    "保修期内：维修": "Under warranty: repair",
    "规则之外，由主管决定": "Outside the rules: a supervisor decides",
}
