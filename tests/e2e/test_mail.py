"""A complaint by e-mail, answered by e-mail: the customer at their mail client, the agent at the desk, Debian's mail servers between."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import appears, do_task
from tests.e2e.server import Server
from tests.mail.system import CUSTOMER, MailSystem, mail_system, missing

pytestmark = [pytest.mark.browser, pytest.mark.full]


class MailServer(Server):
    """The server with a mailbox to read and a way out."""

    def __init__(self, home: Path, mail: MailSystem) -> None:
        super().__init__(home)
        self.mail = mail

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {
            "KEFUFLOW_SMTP_HOST": "127.0.0.1",
            "KEFUFLOW_SMTP_PORT": str(self.mail.smtp_port),
            "KEFUFLOW_SMTP_FROM": self.mail.address(),
            "KEFUFLOW_IMAP_URL": self.mail.imap_url,
            "KEFUFLOW_IMAP_POLL_SECONDS": "1",
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    if missing():
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, but {missing()} are not installed.")
        pytest.skip(
            f"SKIPPED THE MAIL STORY: {missing()} are not installed (Debian: dovecot-imapd, exim4-daemon-light)"
        )
    with (
        tempfile.TemporaryDirectory(prefix="kefuflow-mail-", ignore_cleanup_errors=True) as folder,
        mail_system(Path(folder)) as mail,
    ):
        server = MailServer(tmp_path_factory.mktemp("home"), mail)
        server.password = server.load_demo()
        server.start()
        yield server
        server.stop()


def test_a_complaint_by_mail_is_answered_by_mail(
    server: MailServer, window: Callable[..., Page], picture: Callable[..., None]
) -> None:
    agent, mail = window("agent5"), server.mail
    mail.send(
        letter(mail, "投诉：耳机左耳没有声音", "耳机用了三天左耳就没有声音了，我要投诉，要求退款。订单号：D000038")
    )
    (acknowledged,) = mail.wait_for(CUSTOMER, 1)
    found = re.search(r"\[(SL\d{8}-\d{4})\]", str(acknowledged["Subject"]))
    assert found is not None
    number = found[1]
    assert "已收到您的邮件" in acknowledged.get_content()

    registered = {"类型": "投诉", "投诉原因": "商品质量", "客户期望的解决方案": "退款"}
    do_task(agent, number, "登记来件", registered)
    appears(agent, f"/desk/?q={number}", agent.get_by_role("link", name="核实投诉", exact=True))

    agent.goto(f"/desk/cases/{number}")
    agent.get_by_text("给客户发消息", exact=True).click()
    agent.locator("#message-text").fill("您好，请发一张耳机的照片，我们马上为您处理。")
    agent.get_by_role("button", name="预览").click()
    agent.locator("button[name=send]").click()
    letters = mail.wait_for(
        CUSTOMER, 3
    )  # the acknowledgement, that the complaint was received, and the agent's own words
    reply = letters[-1]
    assert "请发一张耳机的照片" in reply.get_content()
    assert letter_ids(letters[0]) <= letter_ids(reply), "one thread"

    answer = letter(mail, f"Re: {reply['Subject']}", "照片稍后发，先说明一下：右耳正常。")
    answer["In-Reply-To"] = reply["Message-ID"]
    mail.send(answer)
    appears(agent, f"/desk/cases/{number}", agent.locator("#timeline").get_by_text("右耳正常"))
    expect(agent.get_by_role("region", name="已发消息")).to_contain_text("已发送")
    picture(agent, "mail")


def letter(mail: MailSystem, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"陈平 <{mail.address(CUSTOMER)}>"
    message["To"] = mail.address()
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash(text))}@customer.test>"
    message.set_content(text)
    return message


def letter_ids(message: EmailMessage) -> set[str]:
    return set(str(message["References"] or "").split())
