import pytest

from engine.errors import Conflict, Forbidden, InvalidInput
from engine.runtime import Runtime
from engine.services import people
from tests.engine.services.desk_people import ADMIN, AGENT, SUPERVISOR


def make(runtime: Runtime, username: str, *roles: str) -> None:
    people.create_user(runtime, username, username.title(), list(roles), actor=ADMIN)


def test_an_actor_is_offered_the_tasks_of_roles_teams_queues_and_department(runtime: Runtime) -> None:
    make(runtime, "wang", "warehouse")
    make(runtime, "zhao", "presales_supervisor")
    people.save_queue(runtime, "presale_chat", "售前在线", "Pre-sales chat", actor=ADMIN)
    people.save_group(runtime, "team-a", "一组", "Team A", ["wang"], lead="zhao", actor=ADMIN)
    people.set_queues(runtime, "wang", ["presale_chat"], actor=ADMIN)
    wang, zhao = people.actor_of(runtime, "wang"), people.actor_of(runtime, "zhao")
    assert wang.groups == {"warehouse", "department:warehouse", "team-a", "queue:presale_chat"}
    assert zhao.groups == {"presales_supervisor", "supervisor", "team-a"}
    (team,) = people.list_groups(runtime, actor=SUPERVISOR)
    assert (team.lead, team.members) == ("zhao", ("wang", "zhao"))


def test_a_name_is_given_once(runtime: Runtime) -> None:
    make(runtime, "wang", "warehouse")
    with pytest.raises(Conflict, match="wang"):
        make(runtime, "wang", "agent")


@pytest.mark.parametrize(
    ("username", "display_name", "roles", "field"),
    [
        ("a b", "甲", [], "username"),
        ("", "甲", [], "username"),
        ("ab", " ", [], "display_name"),
        ("ab", "甲", ["king"], "roles"),
    ],
)
def test_a_user_that_cannot_be_is_refused_by_field(
    sqlite_runtime: Runtime, username: str, display_name: str, roles: list[str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.create_user(sqlite_runtime, username, display_name, roles, actor=ADMIN)
    assert list(refused.value.fields) == [field]


def test_a_short_password_is_refused(sqlite_runtime: Runtime) -> None:
    make(sqlite_runtime, "wang", "warehouse")
    with pytest.raises(InvalidInput) as refused:
        people.set_password(sqlite_runtime, "wang", "short", actor=ADMIN)
    assert "password" in refused.value.fields


def test_only_the_administration_makes_users(sqlite_runtime: Runtime) -> None:
    with pytest.raises(Forbidden, match=r"users\.manage"):
        people.create_user(sqlite_runtime, "mallory", "M", ["admin"], actor=AGENT)


def test_new_roles_end_the_sessions_that_were_made_before(sqlite_runtime: Runtime) -> None:
    make(sqlite_runtime, "wang", "agent")
    before = people.actor_of(sqlite_runtime, "wang").session_version
    people.set_roles(sqlite_runtime, "wang", ["supervisor"], actor=ADMIN)
    after = people.actor_of(sqlite_runtime, "wang")
    assert (after.roles, after.session_version > before) == (frozenset({"supervisor"}), True)


def test_ones_own_password_is_changed_by_who_knows_the_old_one(sqlite_runtime: Runtime) -> None:
    people.create_user(sqlite_runtime, "wang", "王", ["agent"], "the old password", actor=ADMIN)
    wang = people.actor_of(sqlite_runtime, "wang")
    with pytest.raises(people.SignInRefused):
        people.change_own_password(sqlite_runtime, "a wrong password", "the new password", actor=wang)
    people.change_own_password(sqlite_runtime, "the old password", "the new password", actor=wang)
    assert people.authenticate(sqlite_runtime, "wang", "the new password").username == "wang"


def test_preferences_are_checked_and_kept(sqlite_runtime: Runtime) -> None:
    make(sqlite_runtime, "wang", "agent")
    wang = people.actor_of(sqlite_runtime, "wang")
    people.set_preferences(sqlite_runtime, actor=wang, locale="en", theme="dark", time_zone="Europe/Berlin")
    kept = people.actor_of(sqlite_runtime, "wang")
    assert (kept.locale, kept.theme, kept.time_zone) == ("en", "dark", "Europe/Berlin")
    with pytest.raises(InvalidInput) as refused:
        people.set_preferences(sqlite_runtime, actor=wang, locale="fr", time_zone="Mars/Olympus")
    assert set(refused.value.fields) == {"locale", "time_zone"}


def test_users_are_found_by_name_and_role(sqlite_runtime: Runtime) -> None:
    make(sqlite_runtime, "wang", "warehouse")
    make(sqlite_runtime, "li", "agent")
    found = people.list_users(sqlite_runtime, actor=SUPERVISOR, role="agent")
    assert [user.username for user in found] == ["li"]
    assert [user.username for user in people.list_users(sqlite_runtime, actor=ADMIN, search="wan")] == ["wang"]
    with pytest.raises(Forbidden):
        people.list_users(sqlite_runtime, actor=AGENT)


def test_a_part_of_a_users_name_is_taken_as_it_is_typed_whatever_its_case(runtime: Runtime) -> None:
    make(runtime, "wang_wei", "agent")
    make(runtime, "wangxwei", "agent")

    def found(typed: str) -> list[str]:
        return [user.username for user in people.list_users(runtime, actor=ADMIN, search=typed)]

    assert found("g_w") == ["wang_wei"]
    assert found("%") == []
    assert found("WANGX") == ["wangxwei"]


def test_the_first_admin_is_made_once_and_its_password_told_once(sqlite_runtime: Runtime) -> None:
    password = people.ensure_admin(sqlite_runtime)
    assert password is not None
    assert people.ensure_admin(sqlite_runtime) is None
    assert people.authenticate(sqlite_runtime, "admin", password).may("users.manage")


def test_the_tenant_next_door_is_not_seen(sqlite_runtime: Runtime) -> None:
    make(sqlite_runtime, "wang", "agent")
    with pytest.raises(people.SignInRefused):
        people.authenticate(sqlite_runtime, "wang", "x", tenant_id="other")
