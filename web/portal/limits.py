"""How often one address may do what costs us or could be used to guess; counted in this process's memory."""

from __future__ import annotations

from flask import Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://")


def _failed(response: Response) -> bool:
    return response.status_code in (403, 404, 422)


def _succeeded(response: Response) -> bool:
    return response.status_code < 400


def _case_number() -> str:
    return request.form.get("number", "").strip().upper()


# Many people may share an address behind a mobile network, so these are wide; guessing is what they stop.
codes_asked = limiter.limit("20 per hour", methods=["POST"])
codes_tried = limiter.limit("30 per 10 minutes", methods=["POST"], deduct_when=_failed)
attempts_to_file = limiter.limit("60 per hour", methods=["POST"])
filings = limiter.limit("30 per hour", methods=["POST"], deduct_when=_succeeded)
uploads = limiter.limit("100 per hour")
wrong_links = limiter.shared_limit("30 per 10 minutes", scope="links", deduct_when=_failed)
wrong_guesses = limiter.limit("20 per 10 minutes", methods=["POST"], deduct_when=_failed)
# Whoever knows a number and tries phone numbers from many addresses is stopped by this one.
wrong_guesses_of_a_case = limiter.limit("8 per hour", key_func=_case_number, methods=["POST"], deduct_when=_failed)
