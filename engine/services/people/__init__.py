"""People of the desk: signing in, users and their roles, teams and queues, and the actor that services ask for."""

from engine.model.permissions import DEPARTMENTS, PERMISSIONS, ROLES, SYSTEM, Actor, Role
from engine.services.people.actors import actor_of, customer_actor, department_users, users_with_role, visitor_actor
from engine.services.people.sign_in import SignInRefused, SignInThrottled, authenticate, hash_password
from engine.services.people.teams import (
    GroupView,
    QueueView,
    list_groups,
    list_queues,
    save_group,
    save_queue,
    set_queues,
)
from engine.services.people.users import (
    UserView,
    change_own_password,
    change_user,
    create_user,
    ensure_admin,
    get_user,
    list_users,
    set_online,
    set_password,
    set_preferences,
    set_roles,
)

__all__ = [
    "DEPARTMENTS",
    "PERMISSIONS",
    "ROLES",
    "SYSTEM",
    "Actor",
    "GroupView",
    "QueueView",
    "Role",
    "SignInRefused",
    "SignInThrottled",
    "UserView",
    "actor_of",
    "authenticate",
    "change_own_password",
    "change_user",
    "create_user",
    "customer_actor",
    "department_users",
    "ensure_admin",
    "get_user",
    "hash_password",
    "list_groups",
    "list_queues",
    "list_users",
    "save_group",
    "save_queue",
    "set_online",
    "set_password",
    "set_preferences",
    "set_queues",
    "set_roles",
    "users_with_role",
    "visitor_actor",
]
