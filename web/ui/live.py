"""Parts of a page that the browser fetches again every few seconds, and is told when nothing has changed."""

from __future__ import annotations

from hashlib import sha256

from flask import make_response, request
from werkzeug.wrappers import Response


def fragment(html: str) -> Response:
    """The part, or 304 when the browser has it already. What is in it must not differ each time, as a CSRF token does."""
    answer = make_response(html)
    answer.set_etag(sha256(html.encode()).hexdigest()[:32])
    return answer.make_conditional(request)


def unchanged_since(pulse: str) -> Response | None:
    """304 when the browser's copy was made at this pulse of the desk: then nothing need be read."""
    known = [tag for tag in request.if_none_match if tag.startswith(f"{pulse}.")]
    if not known:
        return None
    answer = make_response("", 304)
    answer.set_etag(known[0])
    return answer


def pulsed(pulse: str, html: str) -> Response:
    """The part with its pulse; 304 when only the pulse is another, with which the browser then asks again."""
    content = sha256(html.encode()).hexdigest()[:24]
    if any(tag.endswith(f".{content}") for tag in request.if_none_match):
        answer = make_response("", 304)
    else:
        answer = make_response(html)
    answer.set_etag(f"{pulse}.{content}")
    return answer
