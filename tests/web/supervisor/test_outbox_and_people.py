"""The outbox with what waits for a sender, and the people of the desk."""

from engine.services import people
from tests.web.desk import PASSWORD, parsed, text_of, token, value_of

NEW = {"username": "nina", "display_name": "倪娜", "roles": ["agent"], "password": "a long password"}


def waiting(desk):
    """A case whose customer was told that it was received, without a sender."""
    return desk.complain(contact="13900000001")


def test_without_a_sender_a_message_waits_in_the_outbox(desk):
    number = waiting(desk)
    page = parsed(desk.get("sue", "/board/outbox?state=outbox"))
    (row,) = page.xpath("//tbody/tr")
    assert number in text_of(row)
    assert "待发" in text_of(row)
    assert "13900000001" in text_of(row)
    assert "没有消息" in desk.get("sue", "/board/outbox?state=sent").text


def test_sending_without_a_sender_says_why_and_keeps_the_message(desk):
    waiting(desk)
    (action,) = parsed(desk.get("sue", "/board/outbox")).xpath("//form[contains(@action,'/send')]/@action")
    assert "还没有配置" in desk.post("sue", action, follow_redirects=True).text
    assert parsed(desk.get("sue", "/board/outbox?state=outbox")).xpath("//tbody/tr")


def test_a_person_is_made_and_can_sign_in(desk):
    answer = desk.post("boss", "/board/people/new", NEW)
    assert answer.location == "/board/people/nina"
    client = desk.app.test_client()
    given = {"username": "nina", "password": NEW["password"], "csrf_token": token(client, "/sign-in")}
    assert client.post("/sign-in", data=given).status_code == 302
    assert "倪娜" in desk.get("boss", "/board/people?q=nina").text


def test_a_person_that_cannot_be_made_keeps_what_was_typed(desk):
    short = desk.post("boss", "/board/people/new", NEW | {"password": "short"})
    assert short.status_code == 422
    assert value_of(parsed(short), "display_name") == "倪娜"
    assert parsed(short).xpath("//input[@name='roles' and @value='agent' and @checked]")
    assert "short" not in short.text
    taken = desk.post("boss", "/board/people/new", NEW | {"username": "ann"})
    assert taken.status_code == 409
    assert "已被使用" in taken.text


def test_roles_are_changed_and_a_person_is_deactivated(desk):
    desk.client("ben")
    sent = {"display_name": "本本", "roles": ["supervisor"], "active": "on"}
    desk.post("boss", "/board/people/ben", sent)
    assert people.get_user(desk.runtime, "ben", actor=people.SYSTEM).roles == ("supervisor",)
    assert desk.get("ben", "/desk/").status_code == 302, "old sessions end with a change of roles"
    desk.post("boss", "/board/people/ben", {"display_name": "本本", "roles": ["agent"]})
    client = desk.app.test_client()
    given = {"username": "ben", "password": PASSWORD, "csrf_token": token(client, "/sign-in")}
    assert client.post("/sign-in", data=given).status_code == 401


def test_an_administrator_cannot_lock_themselves_out(desk):
    answer = desk.post("boss", "/board/people/boss", {"display_name": "管理员", "roles": ["agent"], "active": "on"})
    assert answer.status_code == 422
    assert people.get_user(desk.runtime, "boss", actor=people.SYSTEM).roles == ("admin",)
