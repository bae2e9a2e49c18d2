from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine.connectors.http.client import JsonClient
from engine.connectors.mail import SmtpMailSender, SmtpServer
from engine.connectors.sms import HttpTextSender
from engine.errors import Conflict, Forbidden, Unavailable
from engine.model.customer import Customer
from engine.model.notification import Notification
from engine.runtime import JobFailed
from engine.services import cases, notifications
from engine.services.outside import connect, use
from tests.engine.connectors.mail_server import Mailbox, free_port, mail_server
from tests.engine.connectors.reference_operator import ReferenceOperator
from tests.engine.services.desk_fixtures import COMPLAINT, Desk
from tests.engine.services.desk_people import AGENT, SUPERVISOR, WAREHOUSE


@pytest.fixture
def number(desk: Desk) -> str:
    return str(desk.handle(desk.job("case.open", COMPLAINT))["case_number"])


@pytest.fixture
def mailbox(desk: Desk) -> Iterator[Mailbox]:
    box = Mailbox()
    with mail_server(box) as port:
        sender = SmtpMailSender(SmtpServer("127.0.0.1", port, "desk@example.com", "none"))
        use(desk.runtime, replace(connect(desk.runtime), mail=sender))
        yield box


@pytest.fixture
def operator(desk: Desk) -> Iterator[ReferenceOperator]:
    with ReferenceOperator() as server:
        client = JsonClient("The operator", server.url, token="secret", sleep=lambda seconds: None)
        use(desk.runtime, replace(connect(desk.runtime), text=HttpTextSender(client)))
        yield server
        client.close()


def change(desk: Desk, **values: Any) -> None:
    with desk.runtime.unit_of_work() as uow:
        customer = uow.session.scalars(select(Customer)).one()
        for name, value in values.items():
            setattr(customer, name, value)


def states(desk: Desk) -> dict[str, str]:
    with desk.runtime.unit_of_work(read_only=True) as uow:
        return {row.channel: row.state for row in uow.session.scalars(select(Notification))}


def result_job(desk: Desk, number: str, key: int = 77) -> Any:
    variables = {
        "case_number": number,
        "solution_result": "accepted",
        "remedy": "refund",
        "amount": 100,
        "plan_note": None,
    }
    return desk.job("customer.notify", variables, key=key, template="complaint_result")


def test_a_text_message_goes_out_once_and_the_portal_keeps_the_long_words(
    desk: Desk, number: str, operator: ReferenceOperator
) -> None:
    for _ in range(2):
        assert desk.handle(result_job(desk, number)) in ({"notified": "sms"}, {"notified": "none"})
    (sent,) = operator.delivered.values()
    assert sent["to"] == "13800138000"
    assert number in sent["text"]
    assert states(desk) == {"portal": "stored", "sms": "sent"}
    with desk.runtime.unit_of_work(read_only=True) as uow:
        portal = uow.session.scalars(select(Notification).where(Notification.channel == "portal")).one()
        assert "处理方式：退款\n金额：¥100.00\n详情：http" in portal.body, "a line without a value is left out"


def test_a_mail_is_written_in_the_customers_language(desk: Desk, number: str, mailbox: Mailbox) -> None:
    change(desk, email="wang@example.com", consent={"email": True}, language="en", preferred_channel="email")
    desk.handle(result_job(desk, number))
    (mail,) = mailbox.received
    assert mail["To"] == "wang@example.com"
    assert mail["Subject"] == f"Result of complaint {number}"
    assert "Amount: ¥100.00" in mail.get_content()
    assert mail["X-Idempotency-Key"] == "kefuflow-77:email"


def test_a_crash_between_sending_and_storing_shows_the_receiver_the_same_message_id(
    desk: Desk, number: str, mailbox: Mailbox
) -> None:
    change(desk, email="wang@example.com", consent={"email": True}, preferred_channel="email")
    desk.handle(result_job(desk, number))
    with desk.runtime.unit_of_work() as uow:  # as if the last step had never been stored
        row = uow.session.scalars(select(Notification).where(Notification.channel == "email")).one()
        row.state = "sending"
    desk.handle(result_job(desk, number))
    assert len(mailbox.received) == 2
    assert len({mail["Message-ID"] for mail in mailbox.received}) == 1


def test_without_consent_only_the_portal_has_it(desk: Desk, number: str, operator: ReferenceOperator) -> None:
    change(desk, consent={"sms": False})
    assert desk.handle(result_job(desk, number)) == {"notified": "none"}
    assert operator.delivered == {}
    assert states(desk) == {"portal": "stored"}


def test_the_preferred_channel_gives_way_to_one_that_may_be_used(
    desk: Desk, number: str, operator: ReferenceOperator
) -> None:
    change(desk, preferred_channel="email", email="wang@example.com", consent={"sms": True, "email": False})
    assert desk.handle(result_job(desk, number)) == {"notified": "sms"}


def test_without_a_sender_the_message_waits_in_the_outbox_until_there_is_one(desk: Desk, number: str) -> None:
    desk.handle(result_job(desk, number))
    assert states(desk) == {"portal": "stored", "sms": "outbox"}
    (waiting,) = notifications.list_messages(desk.runtime, actor=SUPERVISOR, state="outbox")
    with pytest.raises(Unavailable):
        notifications.resend(desk.runtime, waiting.key, actor=SUPERVISOR)
    with ReferenceOperator() as server:
        client = JsonClient("The operator", server.url, token="secret")
        use(desk.runtime, replace(connect(desk.runtime), text=HttpTextSender(client)))
        assert notifications.resend(desk.runtime, waiting.key, actor=SUPERVISOR) == "sent"
        client.close()
    assert len(server.delivered) == 1
    with pytest.raises(Conflict):
        notifications.resend(desk.runtime, waiting.key, actor=SUPERVISOR)


def test_a_receiver_refused_for_good_is_stored_and_fails_no_job(desk: Desk, number: str, mailbox: Mailbox) -> None:
    change(desk, email="gone@example.com", consent={"email": True}, preferred_channel="email")
    mailbox.refuse_with = "550 no such mailbox"
    assert desk.handle(result_job(desk, number)) == {"notified": "email"}
    (row,) = notifications.list_messages(desk.runtime, actor=SUPERVISOR)
    assert (row.state, "no such mailbox" in (row.problem or "")) == ("refused", True)


def test_a_server_that_is_gone_fails_the_try_and_the_next_one_sends_once(desk: Desk, number: str) -> None:
    change(desk, email="wang@example.com", consent={"email": True}, preferred_channel="email")
    gone = SmtpMailSender(SmtpServer("127.0.0.1", free_port(), "desk@example.com", "none"))
    use(desk.runtime, replace(connect(desk.runtime), mail=gone))
    with pytest.raises(Unavailable):
        desk.handle(result_job(desk, number))
    box = Mailbox()
    with mail_server(box) as port:
        sender = SmtpMailSender(SmtpServer("127.0.0.1", port, "desk@example.com", "none"))
        use(desk.runtime, replace(connect(desk.runtime), mail=sender))
        desk.handle(result_job(desk, number))
    assert len(box.received) == 1
    contacts = cases.timeline(desk.runtime, number, actor=AGENT, kinds=("contact",))
    assert len(contacts) == 1, "the portal got it at the first try, once"


def test_an_unknown_template_is_an_incident_at_once(desk: Desk, number: str) -> None:
    with pytest.raises(JobFailed, match="good_morning") as failed:
        desk.handle(desk.job("customer.notify", {"case_number": number}, template="good_morning"))
    assert failed.value.permanent


def test_who_may_not_see_addresses_sees_none_in_the_outbox(desk: Desk, number: str) -> None:
    desk.handle(result_job(desk, number))
    assert [row.recipient for row in notifications.list_messages(desk.runtime, actor=SUPERVISOR)] == ["13800138000"]
    with pytest.raises(Forbidden):
        notifications.list_messages(desk.runtime, actor=WAREHOUSE)
