"""Roles of the desk, what each may do, and the person or part of the system that acts."""

from dataclasses import dataclass

from engine.errors import Forbidden
from engine.model.base import DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Role:
    """A post at the desk: its names, and the permissions it carries."""

    name: str
    label_zh: str
    label_en: str
    permissions: frozenset[str]


PERMISSIONS = {
    "tasks.work": "Claim, fill in and complete tasks that are offered to oneself",
    "tasks.assign": "Give tasks to others, take them back, change priority",
    "tasks.read_all": "See the tasks of everybody",
    "cases.read": "Read cases, their timeline and contacts",
    "cases.write": "Register cases, notes, contacts and files",
    "cases.close": "Close or reopen a case by hand",
    "customers.read": "Read customer files, personal data masked",
    "customers.read_personal": "See a customer's phone, e-mail and address in full",
    "customers.write": "Change customer files and consent",
    "orders.read": "Read orders",
    "knowledge.write": "Write articles and canned phrases",
    "board.read": "See the supervisor's board",
    "figures.read": "See figures and reports",
    "incidents.repair": "See and repair incidents of process instances",
    "instances.read": "See process instances and their variables",
    "instances.modify": "Cancel, modify and migrate process instances",
    "processes.read": "See diagrams, forms and decision tables",
    "processes.deploy": "Deploy diagrams, forms and decision tables",
    "campaigns.manage": "Plan, start and stop callback campaigns",
    "outbox.read": "See what was sent, and what waits to be sent",
    "users.manage": "Make users, roles, groups and queues",
    "settings.manage": "Change settings",
    "audit.read": "See who did what",
    "portal.use": "File and follow one's own cases",
}

_AGENT = {"tasks.work", "cases.read", "cases.write", "customers.read", "customers.read_personal", "customers.write"}
_AGENT |= {"orders.read"}
_LEAD = _AGENT | {"tasks.assign", "tasks.read_all", "board.read", "knowledge.write"}
_SUPERVISOR = _LEAD | {"cases.close", "figures.read", "outbox.read", "incidents.repair", "instances.read"}
_SUPERVISOR |= {"processes.read", "campaigns.manage"}
_MANAGER = _SUPERVISOR | {"audit.read", "instances.modify", "settings.manage"}
# A department works on its own tasks; it needs the case, not the customer's phone number.
_DEPARTMENT = {"tasks.work", "cases.read", "cases.write", "customers.read", "orders.read"}
_OWNER = {
    "processes.read",
    "processes.deploy",
    "instances.read",
    "instances.modify",
    "incidents.repair",
    "figures.read",
}
_ADMIN = set(PERMISSIONS) - {"portal.use"}


def _role(name: str, label_zh: str, label_en: str, permissions: set[str]) -> Role:
    return Role(name, label_zh, label_en, frozenset(permissions))


ROLES = {
    role.name: role
    for role in (
        _role("customer", "客户", "Customer", {"portal.use"}),
        _role("agent", "客服专员", "Agent", _AGENT),
        _role("social_agent", "社媒客服", "Social media agent", _AGENT),
        _role("group_lead", "组长", "Group lead", _LEAD),
        _role("supervisor", "客服主管", "Supervisor", _SUPERVISOR),
        _role("presales_supervisor", "售前主管", "Pre-sales supervisor", _SUPERVISOR),
        _role("aftersales_supervisor", "售后主管", "After-sales supervisor", _SUPERVISOR),
        _role("social_supervisor", "社媒客服主管", "Social media supervisor", _SUPERVISOR),
        _role("manager", "客服经理", "Manager", _MANAGER),
        _role("general_manager", "总经理", "General manager", _MANAGER),
        _role("warehouse", "仓储", "Warehouse", _DEPARTMENT),
        _role("finance", "财务", "Finance", _DEPARTMENT),
        _role("quality", "品控", "Quality", _DEPARTMENT),
        _role("logistics", "物流", "Logistics", _DEPARTMENT),
        _role("legal", "法务", "Legal", _DEPARTMENT),
        _role("technical", "技术支持", "Technical support", _DEPARTMENT),
        _role("process_owner", "流程负责人", "Process owner", _OWNER),
        _role("admin", "管理员", "Administrator", _ADMIN),
    )
}
# A special post is also the general one: its holder is offered that one's tasks too.
IMPLIED_ROLES = {
    "social_agent": "agent",
    "presales_supervisor": "supervisor",
    "aftersales_supervisor": "supervisor",
    "social_supervisor": "supervisor",
}
DEPARTMENTS = ("warehouse", "finance", "quality", "logistics", "legal", "technical")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `groups` are the candidate groups whose tasks are offered to them; `customer_key` marks a customer."""

    username: str
    display_name: str = ""
    key: int | None = None
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    customer_key: int | None = None
    only_case: str | None = None  # who came by a case's link sees that case and no other
    locale: str = "zh"
    theme: str = "auto"
    time_zone: str = "Asia/Shanghai"
    session_version: int = 1
    tenant_id: str = DEFAULT_TENANT
    is_system: bool = False

    def may(self, permission: str) -> bool:
        return self.is_system or permission in self.permissions

    def require(self, *permissions: str) -> None:
        """Pass when this actor has every one of these permissions; raises Forbidden otherwise."""
        for permission in permissions:
            if not self.may(permission):
                raise Forbidden(f"{self.username} lacks the permission {permission}.")


SYSTEM = Actor("system", "系统", is_system=True)


def candidate_groups(roles: frozenset[str], teams: frozenset[str], queues: frozenset[str]) -> frozenset[str]:
    """The names under which a diagram offers tasks to such a person: roles, teams, `queue:…` and `department:…`."""
    posts = roles | {IMPLIED_ROLES[role] for role in roles & IMPLIED_ROLES.keys()}
    departments = {f"department:{role}" for role in roles & set(DEPARTMENTS)}
    return frozenset(posts | teams | departments | {f"queue:{queue}" for queue in queues})


def permissions_of(roles: frozenset[str]) -> frozenset[str]:
    """Everything that the roles allow together; a role that no longer exists allows nothing."""
    return frozenset().union(*(ROLES[name].permissions for name in roles if name in ROLES))
