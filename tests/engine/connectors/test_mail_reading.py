"""What a mail says, however its client wrote it: charsets, HTML, quotes, machines, broken parts."""

from __future__ import annotations

import time

import pytest

from engine.connectors.mail import read_mail
from engine.connectors.mail.html_text import text_of_html
from engine.connectors.mail.quoting import new_part


def raw(body: bytes, content_type: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    lines = {"From": "a@b.test", "Subject": "x", "Content-Type": content_type} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    return (
        "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("utf-8", "surrogateescape")
        + b"\r\n"
        + body
    )


@pytest.mark.parametrize(
    ("declared", "charset"),
    [
        ("gb2312", "gb18030"), ("GBK", "gbk"), ("gb18030", "gb18030"), ("utf-8", "utf-8"), ("big5", "big5"),
        ("us-ascii", "utf-8"), ("x-no-such", "gb18030"), ("utf-8", "gb18030"),
    ],
)  # fmt: skip
def test_chinese_is_read_whatever_the_charset_is_called(declared: str, charset: str) -> None:
    text = "收到的水壺漏水" if charset == "big5" else "收到的水壶镕漏水" if charset != "gbk" else "收到的水壶漏水"
    assert read_mail(raw(text.encode(charset), f"text/plain; charset={declared}")).text == text


def test_headers_are_decoded_also_when_they_are_raw_bytes() -> None:
    found = read_mail(
        b"From: " + "王敏 <wang@example.com>".encode("gb18030") + b"\r\nSubject: =?GB2312?B?y666+A==?=\r\n\r\nhi"
    )
    assert (found.sender_name, found.sender, found.subject) == ("王敏", "wang@example.com", "水壶")


def test_html_becomes_text_with_nothing_hidden_and_nothing_that_runs() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>您好，<b>水壶</b>漏水</p><script>alert(1)</script>"
        "<div style='display:none'>preheader</div><ul><li>一<li>二</ul><a href='https://a.test/x'>链接</a>"
        "<a href='javascript:alert(1)'>坏</a><blockquote>旧的话</blockquote></body>"
    )
    text = text_of_html(html)
    assert text == "您好，水壶漏水\n\n- 一\n- 二\n链接 (https://a.test/x)坏\n> 旧的话"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "<p",
        "<!---->",
        "<html></html>",
        "<div>" * 5000 + "x",
        "&#0;&#x110000;",
        "<?xml version='1.0' encoding='gbk'?><p>x",
    ],
)
def test_broken_html_is_read_as_far_as_it_goes(html: str) -> None:
    assert "<div>" not in text_of_html(html)


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\n在 2026年3月2日，客服 <kefu@shop.test> 写道：\n> 您好",
        "\n\n------------------ 原始邮件 ------------------\n发件人: 客服\n您好",
        "\n\nOn Mon, Mar 2, 2026 at 10:00 AM Kefu <kefu@shop.test> wrote:\n> hello",
        "\n\n-----Original Message-----\nFrom: kefu\nhello",
        "\n\n发件人: 客服\n发送时间: 2026年3月2日\n收件人: 我\n您好",
        "\n\n________________________________\nFrom: Kefu\nSent: Monday\nhello",
        "\n\n发自我的iPhone",
        "\n-- \n王敏\n某公司",
    ],
)
def test_what_is_quoted_and_signed_is_left_out(quoted: str) -> None:
    assert new_part("照片在附件里，请查收。" + quoted) == "照片在附件里，请查收。"


def test_what_only_looks_like_a_quote_stays_and_a_mail_that_is_all_quote_is_kept_whole() -> None:
    assert new_part("发件人: 这里写错了\n请改") == "发件人: 这里写错了\n请改"
    assert new_part("> 只有引用") == "> 只有引用"


@pytest.mark.parametrize(
    "text", ["On " * 50_000, "在" * 50_000 + "\n", "_" * 100_000 + "x", "发件人:" * 20_000, "> " * 50_000]
)
def test_no_text_makes_reading_slow(text: str) -> None:
    began = time.process_time()
    new_part(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "auto-replied"}, "auto_reply"),
        ({"Auto_Submitted": "no"}, None),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"Precedence": "bulk"}, "bulk"),
        ({"List_Id": "<news.shop.test>"}, "bulk"),
        ({"Subject": "=?utf-8?B?6Ieq5Yqo5Zue5aSN77ya5LyR5YGH?="}, "auto_reply"),
        ({}, None),
    ],
)
def test_a_machines_mail_is_known_by_its_headers(headers: dict[str, str], kind: str | None) -> None:
    assert read_mail(raw(b"x", **headers)).automatic == kind


def test_a_mail_is_the_same_mail_also_without_a_message_id() -> None:
    one, again, other = read_mail(raw(b"x")), read_mail(raw(b"x")), read_mail(raw(b"y"))
    assert one.message_id == again.message_id != other.message_id


def test_a_delivery_report_names_the_mail_that_came_back_and_a_delay_is_none() -> None:
    report = (
        b"From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        b"Final-Recipient: rfc822; gone@x.test\r\nAction: %b\r\nStatus: %b\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <abc@shop.test>\r\nSubject: y\r\n--b--\r\n"
    )
    bounce = read_mail(report % (b"failed", b"5.1.1")).bounce
    assert bounce is not None
    assert (bounce.message_id, bounce.recipients, bounce.permanent) == ("<abc@shop.test>", ("gone@x.test",), True)
    assert bounce.diagnostic == "smtp; 550 no such user"
    delayed = read_mail(report % (b"delayed", b"4.2.2")).bounce
    assert delayed is not None
    assert not delayed.permanent


def test_a_customer_who_writes_about_bounces_is_none() -> None:
    assert read_mail(raw("邮件被退回 550 <a@b.test>".encode())).bounce is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/mixed\r\n\r\n--\r\n",
        b"From: \r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 1000,
    ],
)
def test_any_bytes_are_some_mail(content: bytes) -> None:
    assert "\x00" not in read_mail(content).text
