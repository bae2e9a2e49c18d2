"""A payment service as `engine/connectors/payments/README.md` describes it; it pays each key once and says how often it was asked."""

from decimal import Decimal
from html import escape
from itertools import count
from typing import Any

from tests.engine.connectors.reference_http import Answer, ReferenceServer


class ReferenceBank(ReferenceServer):
    """Knows the orders of `paid`; `pending` leaves what it pays unsettled, and `refuse` refuses."""

    def __init__(self, paid: dict[str, Decimal]) -> None:
        super().__init__()
        self.paid = paid
        self._numbers = count(1)
        self.pending = self.refuse = False
        self.lost_answers = 0  # pays, and then the line breaks before the answer arrives
        self.refunds: dict[str, dict[str, Any]] = {}
        self.dues: dict[str, dict[str, Any]] = {}
        self.charged = Decimal(0)  # what customers paid on the page of a sum

    @property
    def paid_back(self) -> Decimal:
        return sum((Decimal(refund["amount"]) for refund in self.refunds.values()), Decimal(0))

    @property
    def compensated(self) -> Decimal:
        return sum(
            (Decimal(refund["amount"]) for refund in self.refunds.values() if refund["compensation"]), Decimal(0)
        )

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        kind, _, reference = path.strip("/").partition("/")
        if kind == "dues" and reference.endswith("/withdraw"):
            return self._withdraw(reference.removesuffix("/withdraw"))
        if method == "GET":
            known = {each["reference"]: each for each in (*self.refunds.values(), *self.dues.values())}
            return (200, known[reference]) if reference in known else (404, {})
        if body["order_number"] not in self.paid:
            return 404, {"error": "no payment"}
        return self._refund(body, headers) if kind == "refunds" else self._ask(body, headers["Idempotency-Key"])

    def _respond(self, method: str, target: str, body: Any, headers: dict[str, str]) -> Answer:
        """The page where a customer pays needs none of the shop's credentials."""
        if target.startswith("/pay/"):
            self.requests.append((method, target))
            return self._pay(method, f"{self.url}{target}")
        return super()._respond(method, target, body, headers)

    def _pay(self, method: str, url: str) -> Answer:
        due = next((each for each in self.dues.values() if each["url"] == url), None)
        if due is None:
            return 404, "<!doctype html><title>Bank</title><p>Unknown"
        if method == "POST" and due["state"] == "pending":
            due["state"] = "paid"
            self.charged += Decimal(due["amount"])
        back = f'<a href="{escape(due["return_url"])}">Back to the shop</a>' if due["return_url"] else ""
        form = '<form method="post"><button>Pay</button></form>' if due["state"] == "pending" else due["state"]
        return 200, f"<!doctype html><title>Bank</title><p>{due['amount']}</p>{form}{back}"

    def _withdraw(self, reference: str) -> Answer:
        due = next((each for each in self.dues.values() if each["reference"] == reference), None)
        if due is None:
            return 404, {}
        if due["state"] == "pending":
            due["state"] = "expired"
        return 200, due

    def settle(self, reference: str, state: str) -> None:
        for each in (*self.refunds.values(), *self.dues.values()):
            if each["reference"] == reference:
                each["state"] = state

    def _refund(self, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        key = headers["Idempotency-Key"]
        if self.refuse:
            return 422, {"error": "the card is closed"}
        repeated = key in self.refunds
        made = self.refunds.setdefault(
            key,
            {
                "reference": f"BANK-{next(self._numbers)}",
                "amount": body["amount"],
                "route": "card",
                "compensation": body["compensation"],
                "state": "pending" if self.pending else "settled",
            },
        )
        if self.lost_answers > 0:
            self.lost_answers -= 1
            return 503, {"error": "gone"}
        return 200, made | {"repeated": repeated}

    def _ask(self, body: dict[str, Any], key: str) -> Answer:
        number = next(self._numbers)
        fresh = {
            "reference": f"DUE-{number}",
            "amount": body["amount"],
            "url": f"{self.url}/pay/{number}",
            "return_url": body.get("return_url", ""),
            "state": "pending",
        }
        return 200, self.dues.setdefault(key, fresh)
