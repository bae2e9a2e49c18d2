"""Mail from a customer's mailbox into cases and back, over Debian's own mail servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.connectors.mail import imap_server
from engine.model.case import Case
from engine.model.channel import InboundMessage, Mailbox
from engine.model.customer import Customer
from engine.model.notification import Notification
from engine.services import cases, channels, settings, tasks
from engine.services.channels import mailroom
from engine.services.notifications.waiting import deliver_waiting
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import ADMIN, AGENT
from tests.mail.system import CUSTOMER, DESK, MailSystem
from tests.web.desk import photo


def letter(
    mail: MailSystem, text: str = "我买的水壶漏水，请问怎么办？", subject: str = "水壶漏水", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"王敏 <{mail.address(CUSTOMER)}>"
    message["To"] = mail.address()
    message["Subject"] = subject
    message["Message-ID"] = headers.pop("message_id", f"<{abs(hash((text, subject)))}@customer.test>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def poll(desk: Desk) -> int:
    taken = mailroom.poll(desk.runtime)
    desk.run()
    return taken


def rows(desk: Desk, entity: Any) -> list[Any]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return list(uow.session.scalars(select(entity).order_by(entity.key)))


def only_case(desk: Desk) -> Case:
    (case,) = rows(desk, Case)
    return case


def test_a_mail_becomes_a_case_and_its_sender_hears_at_once_that_it_is_here(mail_desk: Desk, mail: MailSystem) -> None:
    first = letter(mail)
    mail.send(first)
    assert poll(mail_desk) == 1
    case = only_case(mail_desk)
    assert (case.kind, case.channel, case.number[:2]) == ("intake", "email", "SL")
    (customer,) = [row for row in rows(mail_desk, Customer) if row.key == case.customer_key]
    assert (customer.name, customer.email) == ("王敏", mail.address(CUSTOMER))
    assert list(mail_desk.tasks()) == ["register_request"]
    (answer,) = mail.wait_for(CUSTOMER, 1)
    assert answer["Subject"] == f"Re: 水壶漏水 [{case.number}]"
    assert "已收到您的邮件" in answer.get_content()
    assert (answer["In-Reply-To"], answer["Auto-Submitted"]) == (first["Message-ID"], "auto-replied")
    assert mail_desk.incidents() == []


def test_a_mail_is_taken_once_however_often_it_is_read_or_sent(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail))
    mail.send(letter(mail))  # the same Message-ID again, as a server in trouble delivers
    assert poll(mail_desk) == 1
    assert poll(mail_desk) == 0
    assert len(rows(mail_desk, Case)) == 1
    assert len(mail.letters(DESK)) == 2, "nothing is deleted"
    assert all(b"\\Seen" in flags and b"$KefuflowTaken" in flags for flags in mail.flags())


def test_a_crash_after_the_mail_was_kept_and_before_its_place_was_loses_and_doubles_nothing(
    mail_desk: Desk, mail: MailSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        mail.send(letter(mail, f"第 {number} 封，各说各的事 {'甲乙丙'[number] * 9}", f"事情 {number}"))
    kept = mailroom._move_on
    calls = []

    def dies(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise SystemExit("as if the process were killed")
        kept(*given)

    monkeypatch.setattr(mailroom, "_move_on", dies)
    poll(mail_desk)  # the first look at a mailbox moves on once, at its end
    monkeypatch.setattr(mailroom, "_move_on", kept)
    mail.send(letter(mail, "第四封完全不同的来信", "另一件事"))
    monkeypatch.setattr(mailroom, "_move_on", dies)
    with pytest.raises(SystemExit):
        mailroom.poll(mail_desk.runtime)
    monkeypatch.setattr(mailroom, "_move_on", kept)
    mail_desk.clock.advance(timedelta(minutes=6))  # the dead process's lease ends
    assert poll(mail_desk) == 0, "it was kept before the crash"
    assert len(rows(mail_desk, Case)) == 4
    assert len(rows(mail_desk, InboundMessage)) == 4


def test_a_mailbox_that_another_process_reads_is_left_alone(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail))
    server = imap_server(mail.imap_url)
    assert mailroom._claim(mail_desk.runtime, server.name, "<default>")
    assert poll(mail_desk) == 0
    mail_desk.clock.advance(timedelta(minutes=6))
    assert poll(mail_desk) == 1


def test_mails_that_were_numbered_anew_are_not_taken_twice_and_new_ones_are_found(
    mail_desk: Desk, mail: MailSystem
) -> None:
    mail.send(letter(mail))
    poll(mail_desk)
    before = state(mail_desk)
    mail.number_anew()
    mail.send(letter(mail, "又买了一个电饭煲，不加热", "电饭煲"))
    assert poll(mail_desk) == 1
    after = state(mail_desk)
    assert before.uid_validity != after.uid_validity
    assert len(rows(mail_desk, Case)) == 2


def state(desk: Desk) -> Mailbox:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return uow.session.scalars(select(Mailbox)).one()


def test_old_mail_that_people_have_read_is_not_made_into_cases(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail, "三年前的旧邮件", "旧事"))
    with mail._signed_in(DESK) as box:
        box.select("INBOX")
        box.uid("store", "1", "+FLAGS", "(\\Seen)")
    mail.send(letter(mail))
    assert poll(mail_desk) == 1
    assert only_case(mail_desk).title == "水壶漏水"


def test_a_complaint_by_mail_is_answered_by_mail_and_the_customers_reply_comes_to_it(
    mail_desk: Desk, mail: MailSystem
) -> None:
    """The whole way: mail, registered, a complaint, the agent's own words, the customer's answer, in one thread."""
    mail.send(letter(mail, "水壶漏水，我要投诉，要求退款。订单号：D-1001", "投诉：水壶漏水"))
    poll(mail_desk)
    case = only_case(mail_desk)
    assert case.order_number == "D-1001"
    registered = {
        "customer_name": "王敏", "contact": mail.address(CUSTOMER), "request_type": "complaint", "business": "aftersales",
        "order_number": "D-1001", "description": "水壶漏水，要求退款", "cause": "quality", "wanted_remedy": "refund", "risk": "none",
    }  # fmt: skip
    tasks.complete(mail_desk.runtime, mail_desk.tasks()["register_request"].key, registered, who="alice")
    mail_desk.run()
    assert list(mail_desk.tasks()) == ["verify_complaint"]
    assert mail_desk.case(case.number).kind == "complaint"

    assert channels.reply(mail_desk.runtime, case.number, "您好，请把漏水处的照片发给我们。", actor=AGENT) == "email"
    assert deliver_waiting(mail_desk.runtime) == 1
    letters = mail.wait_for(CUSTOMER, 3)
    reply = letters[-1]
    assert reply.get_content().strip() == "您好，请把漏水处的照片发给我们。"
    assert reply["Auto-Submitted"] == "no"

    answer = letter(
        mail, "照片在附件里。\n\n在 2026年3月2日，客服写道：\n> 您好，请把漏水处的照片发给我们。", str(reply["Subject"])
    )
    answer["In-Reply-To"] = reply["Message-ID"]
    answer["References"] = f"{reply['References'] or ''} {reply['Message-ID']}".strip()
    answer.add_attachment(photo(), maintype="image", subtype="png", filename="漏水.png")
    answer.add_attachment(b"MZ not a picture", maintype="image", subtype="png", filename="看看.png")
    mail.send(answer)
    poll(mail_desk)
    assert len(rows(mail_desk, Case)) == 1, "it is in the thread"
    page = cases.get_case(mail_desk.runtime, case.number, actor=AGENT)
    texts = [(entry.name, entry.text) for entry in page.timeline]
    assert ("contact.in", "照片在附件里。") in texts
    assert ("file.added", "漏水.png") in texts
    assert any(name == "file.refused" and text.startswith("看看.png") for name, text in texts)
    assert page.unread_at is not None
    assert mail_desk.incidents() == []


def test_a_mail_that_comes_back_is_shown_at_its_message_and_its_case(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail))
    poll(mail_desk)
    case = only_case(mail_desk)
    with mail_desk.runtime.unit_of_work() as uow:  # the customer's mailbox is closed meanwhile
        (row,) = uow.session.scalars(select(InboundMessage))
        row.sender = "gone@kefuflow.test"
    cases.mark_read(mail_desk.runtime, case.number, actor=AGENT)
    channels.reply(mail_desk.runtime, case.number, "请提供照片。", actor=AGENT)
    deliver_waiting(mail_desk.runtime)
    mail.wait_for(DESK, 2)
    assert poll(mail_desk) == 1
    (sent,) = [row for row in rows(mail_desk, Notification) if row.template == "reply" and row.channel == "email"]
    assert sent.state == "bounced"
    assert sent.problem
    case = mail_desk.case(case.number)
    assert case.unread_at is not None
    bounced = [
        entry
        for entry in cases.timeline(mail_desk.runtime, case.number, actor=AGENT)
        if entry.name == "message.bounced"
    ]
    assert len(bounced) == 1
    assert "gone@kefuflow.test" in bounced[0].text
    assert len(rows(mail_desk, Case)) == 1, "a report is no request"
    notices = [row for row in rows(mail_desk, Notification) if row.template == "message_bounced"]
    assert notices, "somebody is told"


def test_two_robots_do_not_talk_to_each_other(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail))
    poll(mail_desk)
    (acknowledged,) = mail.wait_for(CUSTOMER, 1)
    headers = {"In_Reply_To": str(acknowledged["Message-ID"]), "Auto_Submitted": "auto-replied"}
    away = letter(mail, "我休假到下周一。", f"自动回复：{acknowledged['Subject']}", **headers)
    mail.send(away)
    mail.send(letter(mail, "I am out of office", "Out of office", X_Autoreply="yes"))
    mail.send(letter(mail, "本月特惠", "促销", List_Unsubscribe="<mailto:off@shop.test>"))
    back = letter(mail, "echo", "回声")
    back.replace_header("From", mail.address())
    mail.send(back, sender=mail.address())
    poll(mail_desk)
    assert len(mail.letters(CUSTOMER)) == 1, "no robot was answered"
    case = only_case(mail_desk)
    states = [(row.state, row.reason) for row in rows(mail_desk, InboundMessage)]
    assert states == [
        ("filed", None),
        ("appended", "thread"),
        ("ignored", "auto_reply"),
        ("ignored", "bulk"),
        ("ignored", "ours"),
    ]
    assert case.unread_at is not None


@pytest.mark.full
def test_a_mail_server_that_is_away_is_told_on_the_mailbox_and_tried_again(mail_desk: Desk, mail: MailSystem) -> None:
    mail.send(letter(mail))
    right = mail_desk.runtime.settings.imap_url or ""
    mail_desk.runtime.settings = replace(mail_desk.runtime.settings, imap_url=right.replace("a%20test", "wrong"))
    assert poll(mail_desk) == 0
    (box,) = mailroom.mailboxes(mail_desk.runtime)
    assert box.problem is not None
    assert "wrong" not in box.problem
    assert "wrong" not in box.name
    mail_desk.runtime.settings = replace(mail_desk.runtime.settings, imap_url=right)
    assert poll(mail_desk) == 1
    (box,) = mailroom.mailboxes(mail_desk.runtime)
    assert box.problem is None


@pytest.mark.full
def test_a_mail_that_is_too_large_is_listed_and_holds_up_nothing(mail_desk: Desk, mail: MailSystem) -> None:
    settings.change_setting(mail_desk.runtime, "mail.most_bytes", 20_000, actor=ADMIN)
    mail.send(letter(mail, "很长" * 20_000, "巨大的邮件"))
    mail.send(letter(mail))
    assert poll(mail_desk) == 2
    large, small = rows(mail_desk, InboundMessage)
    assert (large.state, large.reason, large.subject) == ("refused", "too_large", "巨大的邮件")
    assert small.state == "filed"


@pytest.mark.full
def test_many_mails_at_once_are_all_there(mail_desk: Desk, mail: MailSystem) -> None:
    settings.change_setting(mail_desk.runtime, "intake.most_an_hour", 100, actor=ADMIN)
    poll(mail_desk)
    for number in range(12):
        mail.send(letter(mail, f"事情之{number}：" + chr(0x4E00 + number * 37) * 12, f"事 {number}"))
    assert poll(mail_desk) == 12
    with mail_desk.runtime.unit_of_work(read_only=True) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Case)) == 12
    assert len(mail.letters(CUSTOMER)) <= 4, "acknowledgements to one sender have a limit"
