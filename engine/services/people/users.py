"""Users: making and changing them, their roles and passwords, and what they choose for themselves."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import delete, or_, select

from engine.errors import Conflict, InvalidInput, NotFound
from engine.model.base import DEFAULT_TENANT
from engine.model.people import Group, GroupMember, QueueSkill, User, UserRole
from engine.model.permissions import ROLES, SYSTEM, Actor
from engine.model.user_task import TaskState, UserTask
from engine.persistence import UnitOfWork
from engine.runtime import Runtime
from engine.services import tasks
from engine.services.absences import Away, away_now
from engine.services.people.actors import find_user
from engine.services.people.sign_in import SignInRefused, authenticate, hash_password
from engine.services.rows import add
from engine.services.trail import note

SHORTEST_PASSWORD = 10
LOCALES, THEMES = ("zh", "en"), ("auto", "light", "dark")
_CHANGEABLE = ("display_name", "email", "phone", "active", "customer_key")


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as the administration sees them."""

    key: int
    username: str
    display_name: str
    email: str | None
    phone: str | None
    locale: str
    theme: str
    time_zone: str
    active: bool
    online: bool
    last_seen_at: datetime | None
    customer_key: int | None
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    queues: tuple[str, ...]
    revision: int


_SHOWN = [field.name for field in fields(UserView) if field.name not in ("roles", "groups", "queues")]


def create_user(
    runtime: Runtime,
    username: str,
    display_name: str,
    roles: list[str],
    password: str | None = None,
    *,
    actor: Actor,
    email: str | None = None,
    phone: str | None = None,
    locale: str = "zh",
    customer_key: int | None = None,
) -> int:
    """Make a user and return the key; without a password they cannot sign in yet.

    Raises InvalidInput (with fields), Conflict when the name is taken, Forbidden without users.manage.
    """
    actor.require("users.manage")
    _check_name(username, display_name)
    _check_roles(roles)
    hashed = hash_password(_checked(password)) if password is not None else None

    def work(uow: UnitOfWork) -> int:
        if find_user(uow, username) is not None:
            raise Conflict(f"The user name {username} is taken.")
        values = {"email": email, "phone": phone, "locale": locale, "customer_key": customer_key}
        user = add(runtime, uow, User, username=username, display_name=display_name, password_hash=hashed,
                   created_at=uow.now, **values)  # fmt: skip
        uow.flush()
        _store_roles(uow, user, roles)
        note(runtime, uow, actor, "user.create", user.key, None, {"username": username, "roles": sorted(roles)})
        return user.key

    return runtime.transact(work, actor.tenant_id)


def change_user(runtime: Runtime, username: str, changes: dict[str, object], *, actor: Actor) -> None:
    """Change a user's name, addresses, whether they are active, or the customer they are. What one who is deactivated held is
    offered to their colleagues again.

    Raises InvalidInput for any other field, NotFound, Forbidden without users.manage.
    """
    actor.require("users.manage")
    unknown = sorted(changes.keys() - set(_CHANGEABLE))
    if unknown:
        raise InvalidInput(f"A user has no field {', '.join(unknown)} to change here.")

    def work(uow: UnitOfWork) -> None:
        user = _required(uow, username)
        before = {name: getattr(user, name) for name in changes}
        for name, value in changes.items():
            setattr(user, name, value)
        note(runtime, uow, actor, "user.change", user.key, before, dict(changes))
        if changes.get("active") is False:
            user.online, user.session_version = False, user.session_version + 1
            _give_back(runtime, uow, username, actor)

    runtime.transact(work, actor.tenant_id)


def _give_back(runtime: Runtime, uow: UnitOfWork, username: str, actor: Actor) -> None:
    held = UserTask.tenant_id == uow.tenant_id, UserTask.assignee == username, UserTask.state == TaskState.CREATED
    for key in uow.session.scalars(select(UserTask.key).where(*held)).all():
        tasks.change_within(runtime, uow, key, "task.unclaim", UserTask.give_back, actor.username)


def set_roles(runtime: Runtime, username: str, roles: list[str], *, actor: Actor) -> None:
    """Replace a user's roles and end their sessions. Raises InvalidInput, NotFound, Forbidden without users.manage."""
    actor.require("users.manage")
    _check_roles(roles)

    def work(uow: UnitOfWork) -> None:
        user = _required(uow, username)
        held = sorted(uow.session.scalars(select(UserRole.role).where(UserRole.user_key == user.key)))
        uow.session.execute(delete(UserRole).where(UserRole.user_key == user.key))
        note(runtime, uow, actor, "user.roles", user.key, {"roles": held}, {"roles": sorted(roles)})
        _store_roles(uow, user, roles)
        user.session_version += 1

    runtime.transact(work, actor.tenant_id)


def set_password(runtime: Runtime, username: str, password: str, *, actor: Actor) -> None:
    """Give a user a new password and end their sessions. Raises InvalidInput, NotFound, Forbidden."""
    actor.require("users.manage")
    _store_password(runtime, username, password, actor)


def change_own_password(runtime: Runtime, old: str, new: str, *, actor: Actor, address: str = "") -> None:
    """Change one's own password, knowing the old one. Raises SignInRefused, SignInThrottled, InvalidInput."""
    _checked(new)
    if authenticate(runtime, actor.username, old, address, actor.tenant_id).username != actor.username:
        raise SignInRefused("The old password is wrong.")
    _store_password(runtime, actor.username, new, actor)


def set_preferences(
    runtime: Runtime, *, actor: Actor, locale: str | None = None, theme: str | None = None, time_zone: str | None = None
) -> None:
    """What a user chooses for their own screen; None leaves it. Raises InvalidInput."""
    problems: dict[str, list[str]] = {}
    if locale is not None and locale not in LOCALES:
        problems["locale"] = [f"可选 / One of: {', '.join(LOCALES)}"]
    if theme is not None and theme not in THEMES:
        problems["theme"] = [f"可选 / One of: {', '.join(THEMES)}"]
    if time_zone is not None and time_zone not in available_timezones():
        problems["time_zone"] = ["未知时区 / This time zone is unknown."]
    if problems:
        raise InvalidInput("These preferences cannot be kept.", problems)

    def work(uow: UnitOfWork) -> None:
        user = _required(uow, actor.username)
        user.locale, user.theme = locale or user.locale, theme or user.theme
        user.time_zone = time_zone or user.time_zone

    runtime.transact(work, actor.tenant_id)


def set_online(runtime: Runtime, online: bool, *, actor: Actor) -> None:
    """Say that one takes work now, or no longer does. Raises Forbidden without tasks.work."""
    actor.require("tasks.work")

    def work(uow: UnitOfWork) -> None:
        user = _required(uow, actor.username)
        user.online, user.last_seen_at = online, uow.now

    runtime.transact(work, actor.tenant_id)


def get_user(runtime: Runtime, username: str, *, actor: Actor) -> UserView:
    """One user; one's own, or any with users.manage. Raises NotFound, Forbidden."""
    if username != actor.username:
        actor.require("users.manage")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _views(uow, [_required(uow, username)])[0]


def list_users(
    runtime: Runtime, *, actor: Actor, search: str = "", role: str | None = None, active: bool | None = None
) -> list[UserView]:
    """Users by name, those whose name, e-mail or role fits. Raises Forbidden without users.manage or tasks.assign."""
    if not actor.may("tasks.assign"):
        actor.require("users.manage")
    query = select(User).where(User.tenant_id == actor.tenant_id).order_by(User.username)
    if search:
        named = (User.username, User.display_name, User.email)
        query = query.where(or_(*(column.icontains(search, autoescape=True) for column in named)))
    if role:
        query = query.where(User.key.in_(select(UserRole.user_key).where(UserRole.role == role)))
    if active is not None:
        query = query.where(User.active.is_(active))
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return _views(uow, list(uow.session.scalars(query)))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to give work to, or to mention. `away`: they are away, until `away_until` or until they come back."""

    username: str
    display_name: str
    online: bool
    away: bool = False
    away_until: datetime | None = None

    @classmethod
    def of(cls, user: User, away: Away | None) -> "Colleague":
        until = away.until if away else None
        return cls(user.username, user.display_name or user.username, user.online and not away, away is not None, until)

    @property
    def order(self) -> tuple[bool, bool, str]:
        """Who takes work now first, who is away last."""
        return self.away, not self.online, self.display_name


def colleagues(runtime: Runtime, *, actor: Actor) -> list[Colleague]:
    """The other active people who work on tasks, those who take work now first, who is away last. Raises Forbidden without tasks.work."""
    actor.require("tasks.work")
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        return colleagues_within(uow, actor)


def colleagues_within(uow: UnitOfWork, actor: Actor) -> list[Colleague]:
    """`colleagues` in the caller's transaction."""
    posts = [role.name for role in ROLES.values() if "tasks.work" in role.permissions]
    query = select(User).where(
        User.tenant_id == actor.tenant_id,
        User.active,
        User.username != actor.username,
        User.key.in_(select(UserRole.user_key).where(UserRole.role.in_(posts))),
    )
    away = away_now(uow)
    found = [Colleague.of(row, away.get(row.username)) for row in uow.session.scalars(query)]
    return sorted(found, key=lambda each: each.order)


def ensure_admin(runtime: Runtime, tenant_id: str = DEFAULT_TENANT) -> str | None:
    """Make the first `admin` where there is none; returns the password that was made for it, to be shown once.

    `KEFUFLOW_ADMIN_PASSWORD` gives the password instead; then, and when `admin` exists, None is returned.
    """
    given = runtime.settings.admin_password
    with runtime.unit_of_work(read_only=True, tenant_id=tenant_id) as uow:
        if find_user(uow, "admin") is not None:
            return None
    made = given or secrets.token_urlsafe(12)
    try:
        create_user(runtime, "admin", "管理员", ["admin"], made, actor=SYSTEM)
    except Conflict:
        return None  # another process that started at the same moment was first
    return None if given else made


def _store_password(runtime: Runtime, username: str, password: str, actor: Actor) -> None:
    hashed = hash_password(_checked(password))

    def work(uow: UnitOfWork) -> None:
        user = _required(uow, username)
        user.password_hash, user.session_version = hashed, user.session_version + 1
        note(runtime, uow, actor, "user.password", user.key)

    runtime.transact(work, actor.tenant_id)


def _store_roles(uow: UnitOfWork, user: User, roles: list[str]) -> None:
    uow.add(*(UserRole(user_key=user.key, role=role, tenant_id=uow.tenant_id) for role in sorted(set(roles))))


def _required(uow: UnitOfWork, username: str) -> User:
    user = find_user(uow, username)
    if user is None:
        raise NotFound(f"There is no user {username}.")
    return user


def _check_name(username: str, display_name: str) -> None:
    problems = {}
    if not username or not all(character.isalnum() or character in "._-@" for character in username):
        problems["username"] = ["只能用字母、数字和 . _ - @ / Use letters, digits and . _ - @ only."]
    if not display_name.strip():
        problems["display_name"] = ["请填写姓名 / A name is needed."]
    if problems:
        raise InvalidInput("This user cannot be made.", problems)


def _check_roles(roles: list[str]) -> None:
    unknown = sorted(set(roles) - ROLES.keys())
    if unknown:
        sentence = f"未知角色 / Unknown: {', '.join(unknown)}"
        raise InvalidInput(f"There is no role {', '.join(unknown)}.", {"roles": [sentence]})


def _checked(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        sentence = f"密码至少 {SHORTEST_PASSWORD} 位 / At least {SHORTEST_PASSWORD} characters are needed."
        raise InvalidInput("The password is too short.", {"password": [sentence]})
    return password


def _views(uow: UnitOfWork, users: list[User]) -> list[UserView]:
    keys = [user.key for user in users]
    roles = _names_by_user(uow, select(UserRole.user_key, UserRole.role).where(UserRole.user_key.in_(keys)))
    members = select(GroupMember.user_key, Group.name).join(Group, Group.key == GroupMember.group_key)
    groups = _names_by_user(uow, members.where(GroupMember.user_key.in_(keys)))
    skills = select(QueueSkill.user_key, QueueSkill.queue).where(QueueSkill.user_key.in_(keys))
    queues = _names_by_user(uow, skills)
    return [
        UserView(
            **{name: getattr(user, name) for name in _SHOWN},
            roles=roles.get(user.key, ()),
            groups=groups.get(user.key, ()),
            queues=queues.get(user.key, ()),
        )
        for user in users
    ]


def _names_by_user(uow: UnitOfWork, query: object) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for user_key, name in uow.session.execute(query):  # type: ignore[call-overload]
        found.setdefault(user_key, []).append(name)
    return {user_key: tuple(sorted(names)) for user_key, names in found.items()}
