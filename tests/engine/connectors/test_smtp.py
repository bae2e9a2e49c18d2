from pathlib import Path

import pytest

from engine.connectors.mail import SmtpMailSender, SmtpServer
from engine.connectors.messages import Mail
from engine.errors import InvalidInput, Unavailable
from tests.engine.connectors.mail_server import Mailbox, certificate, free_port, mail_server, only_alice

MAIL = Mail(
    "customer@example.com", "您的投诉已受理", "王先生，您好：\n\n我们已受理。", "job-42", reply_to="desk@example.com"
)


def server(port: int, security: str = "none", **options: str) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, "客服中心 <desk@example.com>", security, **options)  # type: ignore[arg-type]


def test_a_mail_arrives_with_its_text_and_key() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        sent = SmtpMailSender(server(port)).send(MAIL)
    (mail,) = mailbox.received
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == ("您的投诉已受理", "customer@example.com", sent)
    assert mail["X-Idempotency-Key"] == "job-42"
    assert mail.get_content().replace("\r\n", "\n") == "王先生，您好：\n\n我们已受理。\n"


def test_a_mail_sent_twice_shows_the_same_message_id() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        sender = SmtpMailSender(server(port))
        assert sender.send(MAIL) == sender.send(MAIL)
    assert len({mail["Message-ID"] for mail in mailbox.received}) == 1


def test_starttls_and_a_login_are_used_when_set(tmp_path: Path) -> None:
    pem, context = certificate(tmp_path)
    options = {"tls_context": context, "require_starttls": True, "authenticator": only_alice, "auth_required": True}
    mailbox = Mailbox()
    with mail_server(mailbox, **options) as port:
        login = {"username": "alice", "password": "s3cret", "trusted_ca": str(pem)}
        SmtpMailSender(server(port, "starttls", **login)).send(MAIL)
        with pytest.raises(Unavailable, match="535"):
            SmtpMailSender(server(port, "starttls", **login | {"password": "wrong"})).send(MAIL)
    assert len(mailbox.received) == 1


def test_a_certificate_that_is_not_trusted_stops_the_mail(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    mailbox = Mailbox()
    with mail_server(mailbox, tls_context=context) as port, pytest.raises(Unavailable, match="certificate"):
        SmtpMailSender(server(port, "starttls")).send(MAIL)
    assert mailbox.received == []


def test_a_receiver_refused_for_good_is_not_worth_another_try() -> None:
    mailbox = Mailbox()
    mailbox.refuse_with = "550 no such mailbox"
    with mail_server(mailbox) as port, pytest.raises(InvalidInput, match="no such mailbox"):
        SmtpMailSender(server(port)).send(MAIL)


def test_a_receiver_refused_for_now_may_be_tried_again() -> None:
    mailbox = Mailbox()
    mailbox.refuse_with = "450 mailbox busy"
    with mail_server(mailbox) as port, pytest.raises(Unavailable, match="busy"):
        SmtpMailSender(server(port)).send(MAIL)


def test_a_server_that_is_gone_may_be_tried_again() -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        SmtpMailSender(server(free_port())).send(MAIL)


def test_a_line_break_cannot_smuggle_a_header() -> None:
    with pytest.raises(InvalidInput, match="composed"):
        SmtpMailSender(server(1)).send(Mail("a@example.com", "Hi\nBcc: all@example.com", "x", "k"))
