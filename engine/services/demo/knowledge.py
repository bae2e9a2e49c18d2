"""What the demo's knowledge base holds: a few articles and phrases in both languages, and a macro of the agents."""

# ruff: noqa: E501 - a text is one line

from engine.model.permissions import SYSTEM
from engine.runtime import Runtime
from engine.services import knowledge
from engine.services.macros import Acts, make_macro

ACCEPTED = Acts(
    claim=True,
    message="{{ customer_name }}，您好！您的工单 {{ number }} 已由{{ agent_name }}受理，我们会尽快给您答复。",
)

ENTRIES = (
    ("phrase", "zh", "开场", "问候", "{{ customer_name }}，您好！我是客服{{ agent_name }}，很高兴为您服务。"),
    ("phrase", "zh", "致歉", "致歉并承诺时间", "{{ customer_name }}，非常抱歉给您带来不便。您的工单 {{ number }} 我们正在处理。\n最晚在 {{ promised_at | moment }} 前给您答复。"),
    ("phrase", "zh", "结束", "结束语", "感谢您的耐心。如果还有问题，直接回复即可，工单号 {{ number }}。"),
    ("phrase", "en", "Opening", "Greeting", "Hello {{ customer_name }}, this is {{ agent_name }} from customer service."),
    ("phrase", "en", "Apology", "Apology with a date", "Dear {{ customer_name }}, we are sorry for the trouble. We are working on {{ number }}.\nYou will hear from us by {{ promised_at | moment }}."),
    ("article", "zh", "退换货", "七天无理由退货怎么算", "签收次日算第 1 天，七天内商品完好可以无理由退货。\n\n- 定制、生鲜、拆封的数码下载类商品除外\n- 无理由退货的运费由买家承担；质量问题由我们承担\n- 退款在收到退货后 7 天内原路退回"),
    ("article", "zh", "投诉", "客户要求赔偿时怎么办", "1. 先核实事项、原因和诉求，看照片\n2. 要求赔偿的一律走重大投诉，由经理决定\n3. 不要当场承诺金额；承诺答复时间并按时回复"),
    ("article", "en", "Returns", "How the seven days are counted", "Day 1 is the day after signing. Within seven days an intact article may be returned without a reason.\n\n- not for custom-made, perishable or opened digital goods\n- the buyer pays the freight, unless the article is faulty\n- the refund is paid by the original route within 7 days after the goods are back"),
)  # fmt: skip


def load_articles(runtime: Runtime) -> None:
    for kind, language, category, title, body in ENTRIES:
        values = {"kind": kind, "language": language, "category": category, "title": title, "body": body}
        knowledge.write_article(runtime, values, actor=SYSTEM)
    make_macro(runtime, "受理并告知客户", ACCEPTED, actor=SYSTEM, shared_with="agent")
