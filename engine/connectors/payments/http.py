"""A payment service over HTTP; what it serves is in the folder's README."""

from decimal import Decimal, InvalidOperation
from typing import Any, cast
from urllib.parse import quote

from engine.connectors.http.client import JsonClient
from engine.connectors.payments import DueState, PaymentDue, RefundReceipt, RefundRequest, RefundState
from engine.errors import NotFound, Unavailable

REFUND_STATES, DUE_STATES = ("settled", "pending", "failed"), ("paid", "pending", "expired")


class HttpPayments:
    """A `PaymentsConnector` over HTTP."""

    def __init__(self, client: JsonClient) -> None:
        self._client = client

    def refund(self, request: RefundRequest) -> RefundReceipt:
        payload = {
            "order_number": request.order_number,
            "amount": str(request.amount),
            "currency": request.currency,
            "reason": request.reason,
            "compensation": request.compensation,
        }
        answer = self._client.post("/refunds", payload, request.idempotency_key)
        if answer is None:
            raise NotFound(f"The payment service knows no payment for order {request.order_number}.")
        return RefundReceipt(
            _text(answer, "reference"),
            _money(answer),
            _text(answer, "route"),
            answer.get("repeated") is True,
            cast(RefundState, _state(answer, REFUND_STATES)),
        )

    def refund_state(self, reference: str) -> RefundState:
        return cast(RefundState, _state(self._look("refunds", reference), REFUND_STATES))

    def ask(
        self,
        order_number: str,
        amount: Decimal,
        currency: str,
        reason: str,
        idempotency_key: str,
        return_url: str = "",
    ) -> PaymentDue:
        payload = {"order_number": order_number, "amount": str(amount), "currency": currency, "reason": reason}
        payload |= {"return_url": return_url} if return_url else {}
        answer = self._client.post("/dues", payload, idempotency_key)
        if answer is None:
            raise NotFound(f"The payment service knows no order {order_number}.")
        state = cast(DueState, _state(answer, DUE_STATES))
        return PaymentDue(_text(answer, "reference"), _money(answer), _address(answer.get("url")), state)

    def withdraw(self, reference: str) -> DueState:
        answer = self._client.post(f"/dues/{quote(reference, safe='')}/withdraw", {}, f"withdraw-{reference}")
        if answer is None:
            # A service that cannot withdraw says at least what it is now.
            state = self.due_state(reference)
            return "paid" if state == "paid" else "expired"
        return cast(DueState, _state(answer, DUE_STATES))

    def due_state(self, reference: str) -> DueState:
        return cast(DueState, _state(self._look("dues", reference), DUE_STATES))

    def _look(self, what: str, reference: str) -> Any:
        answer = self._client.get(f"/{what}/{quote(reference, safe='')}")
        if answer is None:
            raise NotFound(f"The payment service knows nothing by the reference {reference}.")
        return answer


def _text(answer: Any, name: str) -> str:
    if not isinstance(answer, dict) or not isinstance(answer.get(name), str) or not answer[name]:
        raise Unavailable(f"The payment service's answer lacks its {name}.")
    return str(answer[name])


def _address(url: Any) -> str | None:
    """Where a customer is sent: nothing but a web page."""
    if url is None or (isinstance(url, str) and url.startswith(("https://", "http://"))):
        return url
    raise Unavailable("The payment service's answer has a url that is no address of a web page.")


def _state(answer: Any, known: tuple[str, ...]) -> str:
    state = _text(answer, "state")
    if state not in known:
        raise Unavailable(f"The payment service answered the state {state!r}; known are {', '.join(known)}.")
    return state


def _money(answer: Any) -> Decimal:
    try:
        return Decimal(_text(answer, "amount"))
    except InvalidOperation as error:
        raise Unavailable("The payment service's answer has an amount that is no number.") from error
