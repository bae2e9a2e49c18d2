"""What each figure means: its names, its unit, its target, and the sentence that defines it. No figure is shown without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["share", "duration", "count", "ratio"]
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure. `unit`: a share of cases (0–1), a duration in seconds, a count, or a ratio of two counts.

    `target` is in the figure's unit; `more_is_better` says on which side of it is good.
    """

    name: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    unit: Unit
    target: float | None = None
    more_is_better: bool = True

    def meets(self, value: float | None) -> bool | None:
        """Whether the target is met; None where there is no target or nothing to judge."""
        if self.target is None or value is None:
            return None
        return value >= self.target if self.more_is_better else value <= self.target


DEFINITIONS = {
    one.name: one
    for one in (
        Definition(
            "registered", "登记工单", "Cases registered", "在期内登记的工单数。", "Cases registered within the period.", "count"
        ),
        Definition(
            "first_response", "首次响应时长", "First response time",
            "期内完成首次响应的工单：首次响应时钟走过的营业时间（暂停不计）。",
            "Cases first answered within the period: business time that the first-response clock counted, pauses left out.",
            "duration", more_is_better=False,
        ),
        Definition(
            "timely_reply", "回复及时率", "Timely reply rate",
            "期内到期或完成的首次响应时钟中，按时完成的比例。",
            "Of the first-response clocks that were met or breached within the period, the share that was met.", "share", 0.95,
        ),
        Definition(
            "resolution_business", "解决时长（营业时间）", "Resolution time (business hours)",
            "期内办结的解决时钟走过的营业时间（等待客户的时间不计）。",
            "Business time that resolution clocks finished within the period had counted; waiting for the customer is left out.",
            "duration", more_is_better=False,
        ),
        Definition(
            "resolution_calendar", "解决时长（自然时间）", "Resolution time (calendar)",
            "同上，按自然时间计（等待客户的时间不计）。",
            "The same in calendar time; waiting for the customer is left out.", "duration", more_is_better=False,
        ),
        Definition(
            "attainment", "时限达成率", "SLA attainment",
            "期内达成或超时的全部时钟中，达成的比例；取消的不计。",
            "Of all clocks that were met or breached within the period, the share that was met; cancelled ones count nowhere.",
            "share", 0.95,
        ),
        Definition(
            "csat", "客户满意度", "Customer satisfaction (CSAT)",
            "期内收到的评价中 4–5 分的比例。", "Of the scores given within the period, the share of 4 and 5.", "share", 0.9,
        ),
        Definition(
            "survey_response", "评价回收率", "Survey response rate",
            "期内发出的评价邀请中，已作答的比例。", "Of the surveys sent within the period, the share that was answered.", "share",
        ),
        Definition(
            "callback_satisfaction", "回访满意度", "Callback satisfaction",
            "期内非投诉工单的评价中 4–5 分的比例。",
            "Of the scores given within the period on cases that are no complaints, the share of 4 and 5.", "share", 0.9,
        ),
        Definition(
            "complaint_satisfaction", "投诉处理满意度", "Complaint satisfaction",
            "期内投诉工单的评价中 4–5 分的比例。",
            "Of the scores given within the period on complaints, the share of 4 and 5.", "share", 0.9,
        ),
        Definition(
            "resolution_rate", "问题解决率", "Resolution rate",
            "应办结的工单（期内已结，或解决时限在期内已过而未结）中，已解决的比例；撤诉、取消、未回复和垃圾信息不计。",
            "Of the cases due (closed within the period, or open although their resolution limit passed within it), the share "
            "closed as solved; withdrawn, cancelled, unanswered and spam are left out.",
            "share", 0.95,
        ),
        Definition(
            "first_contact", "一次解决率", "First-contact resolution",
            "期内结案的工单中，客户只联系过我们一次且从未重开的比例。",
            "Of the cases closed within the period, the share with at most one contact from the customer and no reopening.",
            "share",
        ),
        Definition(
            "complaint_timely", "投诉处理及时率", "Complaints handled in time",
            "期内到期或办结的投诉解决时钟中，按时的比例。",
            "Of the complaints' resolution clocks that were met or breached within the period, the share that was met.",
            "share", 0.95,
        ),
        Definition(
            "accuracy", "答复准确率", "Accuracy of answers",
            "期内质检的答复（每周随机抽取）中，准确的比例；申诉改判的按改判计。",
            "Of the answers appraised within the period (a random sample each week), the share that was right; where an appeal "
            "changed the verdict, the changed one counts.",
            "share", 0.95,
        ),
        Definition(
            "contact_24h", "24 小时联系率", "Contacted within 24 hours",
            "期内登记、已满 24 小时或已联系的工单中，24 小时内有客服与客户联系的比例。",
            "Of the cases registered within the period that are 24 hours old or were contacted, the share that an agent had "
            "contact with within 24 hours.",
            "share", 0.95,
        ),
        Definition(
            "reopen_rate", "重开率", "Reopening rate",
            "期内结案的工单中，曾被重开的比例。", "Of the cases closed within the period, the share that was ever reopened.",
            "share", 0.05, more_is_better=False,
        ),
        Definition(
            "escalation_rate", "升级率", "Escalation rate",
            "期内登记的工单中，曾升级的比例。", "Of the cases registered within the period, the share that was ever escalated.",
            "share", more_is_better=False,
        ),
        Definition(
            "backlog_age", "积压时长", "Age of the backlog",
            "期末（或现在）尚未结案的工单自登记以来的自然时间。",
            "Calendar time since registration of the cases that were open at the period's end, or are open now.",
            "duration", more_is_better=False,
        ),
        Definition(
            "refund_lead", "退款时长", "Refund lead time",
            "期内完成退款的工单，自货物退回起的自然时间；目标不超过 7 天。",
            "Cases refunded within the period: calendar time since the goods came back; at most 7 days.",
            "duration", 7 * DAY, more_is_better=False,
        ),
        Definition(
            "callback_coverage", "回访覆盖率", "Callback coverage",
            "期内结案为已解决的工单中，做过回访或发过评价邀请的比例。",
            "Of the cases closed as solved within the period, the share that was called back or sent a survey.", "share", 0.95,
        ),
        Definition(
            "repeat_cause", "重复原因", "Repeated causes",
            "期内登记的投诉中，同一商品同一原因出现 3 次及以上的比例。",
            "Of the complaints registered within the period, the share whose article and cause came up three times or more.",
            "share", more_is_better=False,
        ),
        Definition(
            "load", "人日任务数", "Tasks per agent-day",
            "期内完成的任务数 ÷（客服 × 有完成任务的天数）。",
            "Tasks completed within the period ÷ days on which an agent completed any, summed over agents.", "ratio",
        ),
        Definition(
            "customers_per_day", "日均接待客户", "Customers per day",
            "期内每天有往来的不同客户数之和 ÷ 天数。",
            "Different customers in contact on each day, summed over the days ÷ days so far in the period.", "ratio",
        ),
        Definition(
            "consultations_per_day", "日均处理咨询", "Consultations per day",
            "期内结案的咨询数 ÷ 天数。", "Consultations closed within the period ÷ days so far in the period.", "ratio",
        ),
        Definition(
            "conversion", "咨询转化率", "Conversion rate",
            "期内咨询的客户中，咨询后 7 天内下单的比例。",
            "Of the customers who consulted us within the period, the share that placed an order within 7 days after.", "share",
        ),
    )
}  # fmt: skip

# Registrations of one agent in a month (N7–N9): 330 are 100 points, and every full ten more or fewer is a point, up to the
# ends of the scale: from 380 on it is ten points more, from 280 down ten points fewer.
MONTHLY_REGISTRATIONS, FULL_SCORE_AT = 660, 330


def registration_score(registered: int) -> int:
    """Points for one month's registrations, from 90 to 110."""
    if registered >= 380:
        return 110
    if registered <= 280:
        return 90
    difference = registered - FULL_SCORE_AT
    return 100 + (difference // 10 if difference > 0 else -(-difference // 10))
