"""What comes in becomes one case, goes on with one, or is kept with the reason why it is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Conflict, Unavailable
from engine.model.case import Case
from engine.model.channel import ChannelIdentity, InboundMessage
from engine.model.customer import Customer
from engine.model.message import Message
from engine.services import cases, channels, people, tasks
from engine.services.channels import Incoming, SentFile
from engine.services.channels.receiving import order_in
from tests.engine.services.desk_fixtures import PHONE, Desk
from tests.engine.services.desk_people import ADMIN, AGENT, person
from tests.web.desk import photo

SUPERVISOR = person("sue", "supervisor")


def chat(text: str, sender: str = "wx-1", number: int = 1, **more: Any) -> Incoming:
    values: dict[str, Any] = {
        "source": "chat", "external_id": f"wechat:{sender}:{number}", "channel": "online", "sub_channel": "live_chat",
        "platform": "wechat", "conversation": f"wechat:{sender}", "sender": sender, "sender_name": "小敏", "said": text,
        "data": {"conversation_id": sender, "platform_id": str(number)},
    }  # fmt: skip
    return Incoming(**values | more)


def mail(text: str, sender: str = "wang@example.com", number: int = 1, **more: Any) -> Incoming:
    values: dict[str, Any] = {
        "source": "mail", "external_id": f"<{number}@{sender}>", "channel": "email", "sender": sender, "sender_name": "王敏",
        "said": text, "subject": "水壶",
    }  # fmt: skip
    return Incoming(**values | more)


def rows(desk: Desk, entity: Any) -> list[Any]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return list(uow.session.scalars(select(entity).order_by(entity.key)))


def timeline(desk: Desk, number: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.text) for entry in cases.timeline(desk.runtime, number, actor=AGENT)]


def take(desk: Desk, incoming: Incoming) -> channels.Received:
    taken = channels.receive(desk.runtime, incoming)
    desk.run()
    return taken


def test_mail_chat_and_comment_become_the_same_kind_of_case(desk: Desk) -> None:
    taken = [
        take(desk, mail("水壶漏水怎么办")),
        take(desk, chat("键盘有红轴吗")),
        take(desk, chat("发货好慢", "wb-9", channel="social", sub_channel="comment", platform="weibo")),
    ]
    assert [one.state for one in taken] == ["filed"] * 3
    found = rows(desk, Case)
    assert [(case.kind, case.channel) for case in found] == [
        ("intake", "email"),
        ("intake", "online"),
        ("intake", "social"),
    ]
    assert {case.number[:2] for case in found} == {"SL"}
    assert len(rows(desk, Customer)) == 3
    assert desk.incidents() == []


def test_the_same_message_again_changes_nothing_and_answers_the_same(desk: Desk) -> None:
    first = take(desk, chat("有人吗"))
    again = take(desk, chat("有人吗"))
    assert (again.repeated, again.case_number, again.key) == (True, first.case_number, first.key)
    assert len(rows(desk, InboundMessage)) == len(rows(desk, Case)) == 1


def test_a_conversation_stays_in_its_open_case_and_begins_another_when_that_is_closed(desk: Desk) -> None:
    first = take(desk, chat("键盘有红轴吗"))
    second = take(desk, chat("还有别的颜色吗", number=2))
    assert (second.state, second.case_number) == ("appended", first.case_number)
    register(desk, request_type="none")
    assert desk.case(str(first.case_number)).outcome == "no_action"
    third = take(desk, chat("那电饭煲呢", number=3))
    assert (third.state, third.case_number != first.case_number) == ("filed", True)


def register(desk: Desk, **changes: Any) -> None:
    data = {"customer_name": "王敏", "contact": "wang@example.com", "request_type": "consultation", "business": "aftersales",
            "description": "问水壶"}  # fmt: skip
    tasks.complete(desk.runtime, desk.tasks()["register_request"].key, data | changes, who="alice")
    desk.run()


def test_a_customer_is_matched_by_phone_mail_and_name_on_the_platform_across_channels(desk: Desk) -> None:
    take(desk, mail("水壶漏水怎么办"))
    take(desk, chat("在吗，还是水壶的事", email="Wang@Example.com"))
    take(desk, chat("评论里也问一下", number=7, channel="social", sub_channel="comment", conversation="wechat:post-3"))
    (customer,) = rows(desk, Customer)
    (identity,) = rows(desk, ChannelIdentity)
    assert (identity.platform, identity.identifier, identity.customer_key) == ("wechat", "wx-1", customer.key)
    assert {case.customer_key for case in rows(desk, Case)} == {customer.key}


def test_the_same_words_sent_again_join_the_open_case_and_other_words_are_another_with_a_hint(desk: Desk) -> None:
    first = take(desk, mail("我买的水壶漏水，底座也坏了，请尽快处理"))
    again = take(desk, mail("我买的水壶漏水，底座也坏了，请尽快处理！", number=2))
    assert (again.state, again.reason, again.case_number) == ("appended", "duplicate", first.case_number)
    other = take(desk, mail("另外想问问你们的营业时间", number=3, subject="营业时间"))
    assert other.state == "filed"
    hints = [desk.variables(key)["possible_duplicate"] for key in instances_of(desk, str(other.case_number))]
    assert hints == [first.case_number]


def instances_of(desk: Desk, number: str) -> list[int]:
    return [one.key for one in cases.get_case(desk.runtime, number, actor=AGENT).instances]


def test_a_double_that_the_agent_merges_leaves_its_words_in_the_other_and_later_mails_go_there(desk: Desk) -> None:
    first = take(desk, mail("水壶漏水", number=1))
    register(
        desk, request_type="complaint", cause="quality", wanted_remedy="refund", risk="none", description="水壶漏水"
    )
    second = take(desk, mail("昨天说的事情怎么样了，一直没人联系我", number=2))
    register(desk, merge=True)
    merged = desk.case(str(second.case_number))
    assert (merged.status, merged.outcome) == ("closed", "merged")
    assert any(
        name == "case.absorbed" and "昨天说的事情" in text for name, text in timeline(desk, str(first.case_number))
    )
    third = take(desk, mail("再补充一点", number=3, references=["<2@wang@example.com>"]))
    assert (third.state, third.case_number) == ("appended", first.case_number)


def test_a_number_in_the_subject_counts_only_when_the_customer_wrote(desk: Desk) -> None:
    first = take(desk, mail("水壶漏水"))
    theirs = take(desk, mail("补充：底座也坏了", number=2, subject=f"Re: 水壶 [{first.case_number}]"))
    assert (theirs.state, theirs.reason) == ("appended", "number")
    stranger = take(desk, mail("把退款打给我", "evil@example.org", 3, subject=f"Re: 水壶 [{first.case_number}]"))
    assert stranger.state == "filed"
    assert stranger.case_number != first.case_number
    forged = take(desk, mail("把退款打给我", number=4, subject=f"Re: [{first.case_number}]", suspect=True))
    assert forged.case_number != first.case_number


def test_a_stranger_in_a_thread_is_shown_as_one_moves_nothing_and_gets_no_answers(desk: Desk) -> None:
    first = take(desk, mail("水壶漏水"))
    other = take(desk, mail("我是他朋友", "friend@example.org", 2, references=["<1@wang@example.com>"]))
    assert (other.state, other.case_number) == ("appended", first.case_number)
    assert ("contact.unverified", "王敏 <friend@example.org>") in timeline(desk, str(first.case_number))
    way = channels.reply_way(desk.runtime, str(first.case_number), actor=AGENT)
    assert (way.channel, way.recipient) == ("email", "wang@example.com")


def test_a_reply_that_the_process_awaits_comes_to_a_person_as_a_question(desk: Desk) -> None:
    first = take(desk, mail("水壶漏水"))
    number = str(first.case_number)
    register(
        desk, request_type="complaint", cause="quality", wanted_remedy="refund", risk="none", description="水壶漏水"
    )
    bring_to_the_offer(desk)
    assert "negotiate" not in desk.tasks()
    answer = take(desk, mail("能不能再多退一点？", number=2, references=["<1@wang@example.com>"]))
    assert answer.case_number == number
    assert "negotiate" in desk.tasks()


def bring_to_the_offer(desk: Desk) -> None:
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("verify_complaint", "alice", {"matter": "漏水", "cause": "quality", "wanted_remedy": "refund", "risk": "none",
         "compensation_asked": False, "agent_can_solve": True, "departments": ["quality"],
         "promised_at": "2026-03-20T18:00+08:00"}),
        ("investigate", "wang", {"owner": "李工", "finding": "密封圈", "cause_code": "quality"}),
        ("plan_remedy", "alice", {"justified": True, "cause_code": "quality", "remedy": "refund", "amount": 30, "apology": True,
         "plan_note": "退款"}),
        ("approve_plan", "bob", {"approved": True}),
        ("negotiate", "alice", {"answer": "pending", "negotiation_note": "已发邮件"}),
    ]  # fmt: skip
    for element, who, data in steps:
        tasks.complete(desk.runtime, desk.tasks()[element].key, data, who=who)
        desk.run()


def test_a_reply_to_a_closed_case_is_looked_at_again_and_one_long_after_is_a_new_one(desk: Desk) -> None:
    first = take(desk, mail("水壶漏水"))
    register(desk, request_type="none")
    again = take(desk, mail("还有一个问题", number=2, references=["<1@wang@example.com>"]))
    assert (again.state, again.case_number) == ("appended", first.case_number)
    assert desk.variables(desk.tasks()["register_request"].process_instance_key)["follow_up"] is True
    register(desk, request_type="none")
    desk.clock.advance(timedelta(days=20))
    late = take(desk, mail("半个月了，又坏了", number=3, references=["<1@wang@example.com>"]))
    assert late.state == "filed"
    assert desk.case(str(late.case_number)).parent_key == desk.case(str(first.case_number)).key


def test_files_are_looked_at_by_content_and_a_refused_one_is_named(desk: Desk) -> None:
    files = [
        SentFile("水壶.png", photo()),
        SentFile("发票.pdf.exe", b"MZ\x90\x00"),
        SentFile("bad.svg", b"<svg onload=alert(1)>"),
    ]
    taken = take(desk, mail("照片见附件", files=files))
    entries = timeline(desk, str(taken.case_number))
    assert ("file.added", "水壶.png") in entries
    (refused,) = [text for name, text in entries if name == "file.refused"]
    assert refused.splitlines()[0].startswith("发票.pdf.exe")
    assert refused.splitlines()[1].startswith("bad.svg")


def test_too_many_from_one_sender_are_held_and_a_person_may_make_one_a_case(desk: Desk) -> None:
    from engine.services import settings

    settings.change_setting(desk.runtime, "intake.most_an_hour", 2, actor=ADMIN)
    states = [take(desk, mail(f"{'甲乙丙丁'[number] * 30}", number=number)).state for number in range(3)]
    assert states == ["filed", "filed", "held"]
    (held, *_) = channels.list_inbound(desk.runtime, actor=SUPERVISOR, state="held")
    assert held.can_be_a_case
    number = channels.adopt(desk.runtime, held.key, actor=SUPERVISOR)
    assert desk.case(number).channel == "email"
    with pytest.raises(Conflict):
        channels.adopt(desk.runtime, held.key, actor=SUPERVISOR)


def test_while_no_process_takes_messages_nothing_is_kept_so_that_it_comes_again(sqlite_runtime) -> None:
    with pytest.raises(Unavailable):
        channels.receive(sqlite_runtime, mail("水壶漏水"))
    with sqlite_runtime.unit_of_work(read_only=True) as uow:
        for entity in (InboundMessage, Case, Message):
            assert uow.session.scalars(select(entity)).all() == []


def test_it_is_the_same_on_each_kind_of_database(any_desk: Desk) -> None:
    first = take(any_desk, mail("水壶漏水"))
    assert take(any_desk, mail("水壶漏水")).repeated
    assert take(any_desk, mail("补充", number=2, references=["<1@wang@example.com>"])).case_number == first.case_number
    assert any_desk.incidents() == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("订单号：D000123 漏水", "D000123"),
        ("我的订单是 2026030212345", "2026030212345"),
        ("order number AB-1234", "AB-1234"),
        ("电话 13800138000", None),
        ("订单还没到", None),
    ],
)
def test_an_order_number_is_found_where_the_text_says_that_it_is_one(text: str, number: str | None) -> None:
    assert order_in(text) == number


def test_a_returning_customer_goes_to_who_has_them_while_that_person_takes_work(desk: Desk) -> None:
    bob = person("bob", "agent")
    first = take(desk, mail("水壶漏水"))
    cases.assign_case(desk.runtime, str(first.case_number), "bob", actor=SUPERVISOR)
    people.set_online(desk.runtime, True, actor=people.actor_of(desk.runtime, "bob"))
    second = take(desk, mail("再问一件别的事情：保修多久", number=2, subject="保修"))
    task = next(t for t in desk_tasks(desk, str(second.case_number)))
    assert task.assignee == "bob"
    people.set_online(desk.runtime, False, actor=people.actor_of(desk.runtime, "bob"))
    third = take(desk, mail("第三件事情：能开发票吗", number=3, subject="发票"))
    task = next(t for t in desk_tasks(desk, str(third.case_number)))
    assert (task.assignee, task.candidate_groups) == (None, ["agent"])
    assert bob.username == "bob"


def desk_tasks(desk: Desk, number: str) -> list[Any]:
    return cases.get_case(desk.runtime, number, actor=AGENT).tasks


def test_a_queue_is_served_by_skill_and_the_least_loaded_gets_the_chat(desk: Desk) -> None:
    people.save_queue(desk.runtime, "presale_chat", "售前在线", "Pre-sales chat", actor=ADMIN)
    for name in ("alice", "bob"):
        people.set_queues(desk.runtime, name, ["presale_chat"], actor=ADMIN)
        people.set_online(desk.runtime, True, actor=people.actor_of(desk.runtime, name))
    owners = [
        desk.case(str(take(desk, chat(f"{'甲乙丙'[number] * 9}", f"wx-{number}")).case_number)).owner
        for number in range(3)
    ]
    assert owners == ["alice", "bob", "alice"]
    assert {task.candidate_groups[0] for task in desk.tasks().values()} == {"queue:presale_chat"}
    assert PHONE


def clocks(desk: Desk, number: str) -> dict[str, tuple[str, timedelta]]:
    page = cases.get_case(desk.runtime, number, actor=AGENT)
    return {clock.name: (clock.state, clock.target) for clock in page.clocks}


def test_a_mail_has_its_two_clocks_and_each_is_met_by_what_it_asks_for(desk: Desk) -> None:
    number = str(take(desk, mail("水壶漏水")).case_number)
    day = timedelta(days=1)
    assert clocks(desk, number) == {
        "first_response": ("running", day),
        "acknowledge": ("met", day),
        "first_plan": ("running", 2 * day),
    }
    channels.reply(desk.runtime, number, "请先停用，我们安排换货。", actor=AGENT)
    assert {name: state for name, (state, _) in clocks(desk, number).items()} == {
        "first_response": "met",
        "acknowledge": "met",
        "first_plan": "met",
    }


def test_a_robot_is_not_acknowledged_and_its_clock_runs(desk: Desk) -> None:
    number = str(take(desk, mail("系统通知：您的订单", silent=True)).case_number)
    assert clocks(desk, number)["acknowledge"][0] == "running"
