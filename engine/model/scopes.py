"""What an API token may be allowed: each scope is a part of the API and the permissions that its user must have for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the API; `permissions` are what a token with this scope has of its user's."""

    name: str
    label_zh: str
    label_en: str
    permissions: frozenset[str]


def _scope(name: str, label_zh: str, label_en: str, *permissions: str) -> Scope:
    return Scope(name, label_zh, label_en, frozenset(permissions))


SCOPES = {
    scope.name: scope
    for scope in (
        _scope("processes:read", "查看流程、决策和表单", "Read processes, decisions and forms", "processes.read"),
        _scope("processes:deploy", "部署和删除流程、决策和表单", "Deploy and delete processes, decisions and forms",
               "processes.read", "processes.deploy"),
        _scope("decisions:evaluate", "计算决策", "Evaluate decisions", "processes.read"),
        _scope("instances:read", "查看流程实例、变量、任务和故障", "Read process instances, variables, tasks and incidents",
               "instances.read", "processes.read"),
        _scope("instances:start", "启动流程，发送消息和信号", "Start processes, send messages and signals", "instances.modify"),
        _scope("instances:manage", "取消、修改、迁移流程实例，处理故障", "Cancel, modify and migrate instances, resolve incidents",
               "instances.modify", "instances.read", "incidents.repair"),
        _scope("tasks:work", "分配和完成人工任务", "Assign and complete user tasks", "instances.modify", "instances.read"),
        _scope("jobs:work", "执行服务任务", "Work on service tasks", "instances.modify"),
        _scope("cases:read", "查看工单", "Read cases", "cases.read", "orders.read"),
        _scope("cases:write", "登记工单", "Register cases", "cases.read", "cases.write"),
        _scope("customers:read", "查看客户档案", "Read customer files", "customers.read", "customers.read_personal"),
        _scope("figures:read", "查看统计", "Read figures", "figures.read", "board.read"),
        _scope("admin", "查看人员和角色，设置时钟", "Read people and roles, set the clock", "users.manage", "settings.manage"),
    )
}  # fmt: skip


def permissions_of_scopes(names: Collection[str]) -> frozenset[str]:
    """What the scopes allow together; a scope that no longer exists allows nothing."""
    return frozenset().union(*(SCOPES[name].permissions for name in names if name in SCOPES))


def scopes_for(permissions: Collection[str]) -> list[Scope]:
    """The scopes that somebody with these permissions can use at least in part."""
    return [scope for scope in SCOPES.values() if scope.permissions & frozenset(permissions)]
