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
    "email": ("邮件", "e-mail"),
    "online": ("留言", "message"),
    "social": ("留言", "message"),
    "portal": ("申请", "request"),
    "adopted": ("采纳", "adopted"),
    "partly": ("部分采纳", "partly adopted"),
    "considered": ("列入考虑", "to be considered"),
    "declined": ("暂不采纳", "declined for now"),
    "changed": ("已修改", "changed"),
    "refused": ("未通过", "refused"),
    "closed_no_shipment": ("未在期限内收到寄回的商品", "the goods were not sent back in time"),
    "shipped_back": ("商品已寄回给您", "the goods went back to you"),
    "returned": ("已转为退货", "turned into a return"),
    "kept": ("未作修改", "left as it was"),
    "full": ("完好，全额退款", "intact, full refund"),
    "partial": ("部分退款", "partial refund"),
    "ship_back": ("不符合退货条件，将寄回给您", "not accepted, it goes back to you"),
    "carrier_claim": ("运输破损，由我们承担", "damaged in transit, at our cost"),
    "warn": ("即将到期", "due soon"),
    "breach": ("已超过七日", "more than seven days"),
    "alarm": ("已到第十五日", "fifteen days"),
    "customer_request": ("客户要求升级", "the customer asked for it"),
    "second_reopen": ("第二次重开", "opened again for the second time"),
    "first_rejection": ("客户首次拒绝方案", "first refusal of our offer"),
}


def term(code: str, language: str) -> str:
    """The word for a code."""
    zh, en = TERMS.get(code, (code, code))
    return en if language == "en" else zh
