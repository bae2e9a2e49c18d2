"""The demo's people: one manager, two supervisors, ten agents in two teams with their leads, the departments and the rest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    display_name: str
    roles: tuple[str, ...]
    queues: tuple[str, ...] = ()


QUEUES = (
    ("presale_chat", "售前在线", "Pre-sales chat", "desk", "online"),
    ("aftersale_chat", "售后在线", "After-sales chat", "desk", "online"),
    ("phone", "电话", "Phone", "desk", "phone"),
    ("email", "邮件", "E-mail", "always", "email"),
    ("social", "社交媒体", "Social media", "desk", "social"),
    ("supplier", "供应商咨询", "Suppliers", "office", None),
    ("investment", "招商咨询", "Partners", "office", None),
)
_BEFORE, _AFTER = ("presale_chat", "phone"), ("aftersale_chat", "phone", "email")
AGENTS = (
    ("agent1", "李晓雯", _BEFORE),
    ("agent2", "周子涵", _BEFORE),
    ("agent3", "陈思远", _BEFORE),
    ("agent4", "吴佳怡", (*_BEFORE, "social", "supplier", "investment")),
    ("agent5", "徐文博", _AFTER),
    ("agent6", "孙雨桐", _AFTER),
    ("agent7", "胡志强", _AFTER),
    ("agent8", "朱梦瑶", _AFTER),
    ("agent9", "高俊杰", (*_AFTER, "social")),
    ("agent10", "林欣怡", _AFTER),
)
LEADS = (
    Person("lead1", "黄海燕", ("agent", "group_lead"), _BEFORE),
    Person("lead2", "马浩然", ("agent", "group_lead"), _AFTER),
)
STAFF = (
    Person("manager", "张建国", ("manager",)),
    Person("gm", "王总", ("general_manager",)),
    Person("presales", "刘敏", ("presales_supervisor",), _BEFORE),
    Person("aftersales", "赵静", ("aftersales_supervisor",), _AFTER),
    *LEADS,
    *(Person(username, name, ("agent",), queues) for username, name, queues in AGENTS),
    Person("warehouse", "何军（仓储）", ("warehouse",)),
    Person("finance", "郭丽（财务）", ("finance",)),
    Person("quality", "罗刚（品控）", ("quality",)),
    Person("logistics", "杨洋（物流）", ("logistics",)),
    Person("legal", "林静（法务）", ("legal",)),
    Person("technical", "胡涛（技术支持）", ("technical",)),
    Person("owner", "陈磊（流程负责人）", ("process_owner",)),
)
TEAMS = (
    ("team-presale", "售前组", "Pre-sales team", "lead1", [name for name, _, _ in AGENTS[:4]]),
    ("team-aftersale", "售后组", "After-sales team", "lead2", [name for name, _, _ in AGENTS[4:]]),
)
