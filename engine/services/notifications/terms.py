"""The words for codes that a process uses, for messages to people; a code that is not here stands as it is."""

TERMS = {
    "refund": ("退款", "refund"),
    "refund_only": ("仅退款", "refund without return"),
    "return_refund": ("退货退款", "return and refund"),
    "exchange": ("换货", "exchange"),
    "repair": ("维修", "repair"),
    "compensation": ("赔偿", "compensation"),
    "apology": ("道歉", "apology"),
    "other": ("其他", "other"),
    "none": ("无", "none"),
    "accepted": ("您已接受方案", "you accepted our offer"),
    "rejected": ("您未接受方案", "you refused our offer"),
    "unfounded": ("经核实不成立", "not confirmed by our investigation"),
    "no_reply": ("未收到您的回复", "we had no reply from you"),
    "resolved": ("已解决", "solved"),
    "mediated": ("已调解", "mediated"),
    "withdrawn": ("已撤回", "withdrawn"),
    "cancelled": ("已取消", "cancelled"),
    "customer_request": ("客户要求升级", "the customer asked for it"),
    "second_reopen": ("第二次重开", "opened again for the second time"),
    "first_rejection": ("客户首次拒绝方案", "first refusal of our offer"),
}


def term(code: str, language: str) -> str:
    """The word for a code."""
    zh, en = TERMS.get(code, (code, code))
    return en if language == "en" else zh
