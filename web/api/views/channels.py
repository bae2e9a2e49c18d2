"""What programs send in under `/api`: signed messages of platforms, signed events of the phone system, and customers' requests."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from engine.errors import InvalidInput
from engine.services import channels
from engine.services.channels import Received
from web.api import security
from web.api.limits import address, limiter
from web.ui.context import current_runtime

api = Blueprint("channels_api", __name__, url_prefix="/api")


@api.post("/channels/messages")
def take_message() -> Response | tuple[Response, int]:
    """A message of a chat or social platform. 201: taken; 200: taken before; the body says which case it came to."""
    return _limited() or _answer(
        channels.take_message(current_runtime(), request.get_data(cache=False), request.headers)
    )


@api.post("/channels/calls")
def take_call() -> Response | tuple[Response, int]:
    """A call rang, was answered, ended or was missed."""
    refused = _limited()
    if refused is not None:
        return refused
    channels.take_call_event(current_runtime(), request.get_data(cache=False), request.headers)
    return jsonify(), 202


@api.post("/cases")
def file_request() -> Response | tuple[Response, int]:
    """A customer's request, filed by a program with a user's credentials or a token; `Idempotency-Key` files it once."""
    refused = security.authenticate_request()
    if refused is not None:
        return refused
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("The body must be a JSON object.")
    key = request.headers.get("Idempotency-Key", "")[:150] or None
    return _answer(channels.file_request(current_runtime(), body, key, actor=security.caller()))


def _limited() -> Response | None:
    """A signature is cheap to check, but not free: so many of one address, then 429."""
    return limiter().count(f"webhook {address()}")


def _answer(taken: Received) -> tuple[Response, int]:
    body: dict[str, Any] = {"state": taken.state, "reason": taken.reason, "case": taken.case_number}
    return jsonify(body | {"repeated": taken.repeated}), 200 if taken.repeated else 201
