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
