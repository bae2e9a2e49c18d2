"""What programs post: messages of chat and social platforms and calls of the phone system, signed; and requests over the API."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from engine.connectors.chat import SIGNATURE, TIMESTAMP, verify
from engine.errors import ConfigError, Forbidden, InvalidInput
from engine.model.base import DEFAULT_TENANT
from engine.model.customer import normal_phone
from engine.model.permissions import Actor
from engine.runtime import Runtime
from engine.services import phone
from engine.services.channels.incoming import CHANNEL_OF, SUB_CHANNELS, Incoming, Received, SentFile
from engine.services.channels.receiving import receive

SOURCE = "chat"
MOST_BYTES = 12 * 1024 * 1024
MOST_FILES = 10
REQUEST_TYPES = ("consultation", "complaint", "return_exchange", "order_change", "suggestion", "incident", "opinion")
_Text = validate.Length(max=20_000)
_Name = validate.Length(max=200)


class _Sender(Schema):
    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(1, 200))
    name = fields.String(load_default="", validate=_Name)
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=40))
    email = fields.Email(load_default=None, allow_none=True)


class _File(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(required=True, validate=_Name)
    content = fields.String(required=True)  # base64


class _Message(Schema):
    """The body of the webhook. Fields that we do not know are passed over."""

    class Meta:
        unknown = EXCLUDE

    id = fields.String(required=True, validate=validate.Length(1, 150))
    platform = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9_-]{1,40}$"))
    kind = fields.String(required=True, validate=validate.OneOf(SUB_CHANNELS))
    conversation = fields.String(required=True, validate=validate.Length(1, 180))
    sender = fields.Nested(_Sender, required=True)
    text = fields.String(load_default="", validate=_Text)
    sent_at = fields.AwareDateTime(load_default=None, allow_none=True)
    order_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    business = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=32))
    files = fields.List(fields.Nested(_File), load_default=list, validate=validate.Length(max=MOST_FILES))


def checked_body(runtime: Runtime, body: bytes, headers: Mapping[str, str]) -> Any:
    """The JSON of a signed request. Raises Forbidden for a signature that is not ours, InvalidInput for what is no JSON."""
    if len(body) > MOST_BYTES:
        raise InvalidInput(f"A message may have {MOST_BYTES} bytes.")
    try:
        secret = runtime.settings.webhook_key()
    except ConfigError as error:
        raise Forbidden(str(error)) from error
    verify(secret, headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, ""), body, runtime.now())
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is no JSON.") from error


def take_message(
    runtime: Runtime, body: bytes, headers: Mapping[str, str], tenant_id: str = DEFAULT_TENANT
) -> Received:
    """Take in one signed message. The same id again answers what became of it, so that a platform may send it twice.

    Raises Forbidden, InvalidInput with fields, Unavailable when it should be sent again later.
    """
    return receive(runtime, read_message(checked_body(runtime, body, headers)), tenant_id)


def read_message(data: Any) -> Incoming:
    """A platform's message. Raises InvalidInput with the fields that do not fit."""
    try:
        found: dict[str, Any] = _Message().load(data)
    except ValidationError as error:
        raise InvalidInput("The message does not fit.", _flat(error.messages)) from error
    sender, text = found["sender"], str(found["text"]).replace("\x00", "")
    files = [_file(file) for file in found["files"]]
    if not text.strip() and not files:
        raise InvalidInput("The message is empty.", {"text": ["请填写内容 / Write something."]})
    platform, kind = found["platform"], found["kind"]
    sent_at: datetime | None = found["sent_at"]
    return Incoming(
        source=SOURCE,
        external_id=f"{platform}:{found['id']}",
        channel=CHANNEL_OF[kind],
        sub_channel=kind,
        platform=platform,
        conversation=f"{platform}:{found['conversation']}",
        sender=sender["id"],
        sender_name=sender["name"] or sender["id"],
        phone=sender["phone"],
        email=sender["email"],
        said=text or "、".join(file.name for file in files),
        sent_at=sent_at,
        order_number=found["order_number"],
        business=found["business"],
        files=files,
        data={"conversation_id": found["conversation"], "platform_id": found["id"]},
    )


def _file(file: dict[str, str]) -> SentFile:
    try:
        return SentFile(file["name"], base64.b64decode(file["content"], validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("A file is not base64.", {"files": ["base64"]}) from error


def _flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    """Nested complaints of marshmallow by a dotted path."""
    if isinstance(messages, list):
        return {path: [str(text) for text in messages]}
    found: dict[str, list[str]] = {}
    for name, inner in messages.items():
        found |= _flat(inner, f"{path}.{name}".lstrip("."))
    return found


class _Call(Schema):
    class Meta:
        unknown = EXCLUDE

    call_id = fields.String(required=True, validate=validate.Length(1, 150))
    event = fields.String(required=True, validate=validate.OneOf(phone.EVENTS))
    caller = fields.String(required=True, validate=validate.Length(1, 40))
    at = fields.AwareDateTime(required=True)
    agent = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=255))
    rings = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, phone.MOST_RINGS))


def take_call_event(runtime: Runtime, body: bytes, headers: Mapping[str, str], tenant_id: str = DEFAULT_TENANT) -> int:
    """Note one signed event of the phone system. Raises Forbidden, InvalidInput with fields."""
    try:
        found = _Call().load(checked_body(runtime, body, headers))
    except ValidationError as error:
        raise InvalidInput("The event does not fit.", _flat(error.messages)) from error
    return phone.call_event(runtime, tenant_id=tenant_id, **found)


class _Request(Schema):
    """A request that a program files for a customer: the service window, a partner's shop."""

    class Meta:
        unknown = EXCLUDE

    name = fields.String(required=True, validate=validate.Length(1, 80))
    contact = fields.String(required=True, validate=validate.Length(3, 320))
    description = fields.String(required=True, validate=_Text)
    subject = fields.String(load_default="", validate=_Name)
    channel = fields.String(
        load_default="online", validate=validate.OneOf(("phone", "online", "email", "social", "store", "portal"))
    )
    request_type = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(REQUEST_TYPES))
    business = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=32))
    order_number = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


def file_request(runtime: Runtime, data: Any, key: str | None, *, actor: Actor) -> Received:
    """Take in a request over the API; the same `key` answers what became of it. Name, contact and description are needed (A3).

    Raises InvalidInput with fields, Forbidden without cases.write, Unavailable.
    """
    actor.require("cases.write")
    try:
        found: dict[str, Any] = _Request().load(data)
    except ValidationError as error:
        raise InvalidInput("The request does not fit.", _flat(error.messages)) from error
    contact = found["contact"].strip()
    if not found["description"].strip():
        raise InvalidInput("The request is empty.", {"description": ["请填写内容 / Write something."]})
    if "@" not in contact and not (normal_phone(contact) or "").lstrip("+").isdigit():
        raise InvalidInput(
            "Nobody can be reached so.", {"contact": ["电话或邮箱 / A phone number or an e-mail address."]}
        )
    return receive(
        runtime,
        Incoming(
            source="api",
            external_id=f"{actor.username}:{key}" if key else f"request-{runtime.new_key()}",
            channel=found["channel"],
            sender=contact.lower(),
            sender_name=found["name"],
            phone=None if "@" in contact else contact,
            email=contact if "@" in contact else None,
            said=found["description"].replace("\x00", ""),
            subject=found["subject"].replace("\x00", ""),
            request_type=found["request_type"],
            business=found["business"],
            order_number=found["order_number"],
        ),
        actor.tenant_id,
    )
