"""A platform's signed messages in, our signed answers out, by a reference platform that lives in the test."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.connectors.chat import HttpChatSender, signed_headers
from engine.connectors.http.client import JsonClient
from engine.errors import Forbidden, InvalidInput
from engine.services import cases, channels
from engine.services.notifications.waiting import deliver_waiting
from engine.services.outside import connect, use
from tests.engine.connectors.reference_platform import ReferencePlatform
from tests.engine.services.desk_fixtures import Desk
from tests.engine.services.desk_people import AGENT
from tests.web.desk import photo

MESSAGE: dict[str, Any] = {
    "id": "m-1", "platform": "wechat", "kind": "direct_message", "conversation": "c-7",
    "sender": {"id": "openid-1", "name": "小敏"}, "text": "杯盖打不开怎么办",
}  # fmt: skip


def post(desk: Desk, message: Any = MESSAGE, secret: str | None = None, age: timedelta = timedelta(0)) -> Any:
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = signed_headers(secret or desk.runtime.settings.webhook_key(), desk.runtime.now() - age, body)
    taken = channels.take_message(desk.runtime, body, headers)
    desk.run()
    return taken


def test_a_signed_message_becomes_a_case_once(desk: Desk) -> None:
    first, again = post(desk), post(desk)
    assert (first.state, again.repeated, again.case_number) == ("filed", True, first.case_number)
    case = desk.case(first.case_number)
    assert (case.channel, case.attributes["sub_channel"]) == ("social", "direct_message")


@pytest.mark.parametrize(
    ("secret", "age"), [("wrong", timedelta(0)), (None, timedelta(minutes=6)), (None, timedelta(minutes=-6))]
)
def test_a_wrong_secret_or_an_old_moment_is_refused(desk: Desk, secret: str | None, age: timedelta) -> None:
    with pytest.raises(Forbidden):
        post(desk, secret=secret, age=age)


def test_a_body_that_was_changed_is_refused(desk: Desk) -> None:
    body = json.dumps(MESSAGE).encode()
    headers = signed_headers(desk.runtime.settings.webhook_key(), desk.runtime.now(), body)
    with pytest.raises(Forbidden):
        channels.take_message(desk.runtime, body.replace(b"m-1", b"m-2"), headers)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "telepathy"}, "kind"),
        ({"sender": {}}, "sender.id"),
        ({"platform": "We Chat"}, "platform"),
        ({"text": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"sent_at": "yesterday"}, "sent_at"),
        ({"files": [{"name": "a.png", "content": "not base64!"}]}, "files"),
    ],
)
def test_what_does_not_fit_says_which_field(desk: Desk, change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        post(desk, MESSAGE | change)
    assert field in refused.value.fields


def test_a_picture_comes_with_the_message(desk: Desk) -> None:
    files = [{"name": "杯盖.png", "content": base64.b64encode(photo()).decode()}]
    taken = post(desk, MESSAGE | {"files": files})
    names = [entry.text for entry in cases.timeline(desk.runtime, taken.case_number, actor=AGENT, kinds=("file",))]
    assert names == ["杯盖.png"]


def test_an_answer_goes_back_to_the_platform_signed_into_the_same_conversation_and_once(desk: Desk) -> None:
    secret = desk.runtime.settings.webhook_key()
    with ReferencePlatform(secret, desk.runtime.now) as platform:
        client = JsonClient("The platform", platform.url)
        use(desk.runtime, replace(connect(desk.runtime), chat=HttpChatSender(client, secret, desk.runtime.now)))
        taken = post(desk)
        channels.reply(desk.runtime, taken.case_number, "请用热毛巾敷一下杯盖。", actor=AGENT, key="one")
        assert deliver_waiting(desk.runtime) == 1
        assert deliver_waiting(desk.runtime) == 0
        client.close()
    texts = [message["text"] for message in platform.posted]
    assert texts[-1] == "请用热毛巾敷一下杯盖。"
    assert "已收到您的留言" in texts[0]
    assert {(m["conversation"], m["to"], m["kind"], m["in_reply_to"]) for m in platform.posted} == {
        ("c-7", "openid-1", "direct_message", "m-1")
    }
    assert platform.refused == 0


def test_under_a_comment_nothing_is_said_by_itself_that_others_should_not_read(desk: Desk) -> None:
    secret = desk.runtime.settings.webhook_key()
    with ReferencePlatform(secret, desk.runtime.now) as platform:
        client = JsonClient("The platform", platform.url)
        use(desk.runtime, replace(connect(desk.runtime), chat=HttpChatSender(client, secret, desk.runtime.now)))
        taken = post(desk, MESSAGE | {"kind": "comment"})
        desk.handle(desk.job("customer.notify", {"case_number": taken.case_number}, template="complaint_received"))
        client.close()
    assert [("http" in message["text"], "小敏" in message["text"]) for message in platform.posted] == [(False, False)]
    assert channels.reply_way(desk.runtime, taken.case_number, actor=AGENT).public


def test_a_platform_that_is_away_gets_the_answer_later(desk: Desk) -> None:
    secret = desk.runtime.settings.webhook_key()
    with ReferencePlatform(secret, desk.runtime.now) as platform:
        client = JsonClient("The platform", platform.url, attempts=1)
        use(desk.runtime, replace(connect(desk.runtime), chat=HttpChatSender(client, secret, desk.runtime.now)))
        taken = post(desk)
        platform.answers_with = 503
        channels.reply(desk.runtime, taken.case_number, "稍等", actor=AGENT)
        assert deliver_waiting(desk.runtime) == 0
        platform.answers_with = 200
        desk.clock.advance(timedelta(minutes=1))
        assert deliver_waiting(desk.runtime) == 1
        client.close()
    assert platform.posted[-1]["text"] == "稍等"


def test_a_request_over_the_api_needs_name_contact_and_description_and_is_filed_once(desk: Desk) -> None:
    data = {"name": "王敏", "contact": "13800138000", "description": "发票怎么开", "channel": "store"}
    first = channels.file_request(desk.runtime, data, "k-1", actor=AGENT)
    assert channels.file_request(desk.runtime, data, "k-1", actor=AGENT).repeated
    assert desk.case(str(first.case_number)).channel == "store"
    for missing in ("name", "contact", "description"):
        with pytest.raises(InvalidInput) as refused:
            channels.file_request(desk.runtime, {k: v for k, v in data.items() if k != missing}, None, actor=AGENT)
        assert missing in refused.value.fields
