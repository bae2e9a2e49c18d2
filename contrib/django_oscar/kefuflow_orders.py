"""Kefuflow's orders service for a django-oscar shop: one file to put beside the shop's settings.

In the shop's urls: `path("kefuflow/", include("kefuflow_orders"))`, in its settings `KEFUFLOW_TOKEN`; then Kefuflow's
`KEFUFLOW_ORDERS_URL` is `https://shop/kefuflow` and `KEFUFLOW_ORDERS_TOKEN` that token. Order statuses are named in
`KEFUFLOW_STATUSES` (the shop's -> ours); the one to set when an order is cancelled is `KEFUFLOW_CANCELLED`. Commands are kept as
order notes, by their idempotency key, so that the same key answers the same again.
"""

import hmac
import json
from functools import wraps

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from oscar.core.loading import get_class, get_model

Order, OrderNote = get_model("order", "Order"), get_model("order", "OrderNote")
StockRecord, Selector = get_model("partner", "StockRecord"), get_class("partner.strategy", "Selector")
STATUSES = {
    "Pending": "paid",
    "Being processed": "paid",
    "Shipped": "shipped",
    "Complete": "signed",
    "Cancelled": "cancelled",
}
OPEN = ("placed", "paid")
COMMAND = "kefuflow command"


def guarded(view):
    """Only who has the token; commands come from a machine and carry no CSRF token."""

    @csrf_exempt
    @wraps(view)
    def answer(request, *arguments, **named):
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), settings.KEFUFLOW_TOKEN.encode()):
            return JsonResponse({"error": "The token is wrong."}, status=401)
        return view(request, *arguments, **named)

    return answer


@guarded
def orders_of(request):
    """`?phone=…&limit=…`: a customer's orders, the newest first."""
    found = Order.objects.filter(shipping_address__phone_number=_phone(request.GET.get("phone", "")))
    limit = max(1, min(int(request.GET.get("limit", "20")), 100))
    return JsonResponse({"items": [document_of(order) for order in found.order_by("-date_placed")[:limit]]})


@guarded
def one_order(request, number):
    return _shown(number)


def _shown(number):
    order = Order.objects.filter(number=number).first()
    return JsonResponse({"error": "no such order"}, status=404) if order is None else JsonResponse(document_of(order))


@guarded
def article(request, sku):
    """What one piece costs whoever is not signed in, with its taxes, as the shop's own strategy says."""
    stock = StockRecord.objects.filter(partner_sku=sku).select_related("product").first()
    if stock is None:
        return JsonResponse({"error": "no such article"}, status=404)
    price = Selector().strategy().fetch_for_product(stock.product, stock).price
    amount = price.incl_tax if price.is_tax_known else price.excl_tax
    found = {"sku": sku, "name": stock.product.get_title(), "price": str(amount), "currency": price.currency}
    return JsonResponse(found)


@guarded
def command(request, number, verb):
    """A command; a number may have a slash in it, so that an order that is looked for comes here as well."""
    if request.method == "GET":
        return _shown(f"{number}/{verb}")
    with transaction.atomic():
        order = Order.objects.select_for_update().filter(number=number).first()
        if order is None:
            return JsonResponse({"error": "no such order"}, status=404)
        key = f"{COMMAND} {request.headers.get('Idempotency-Key', '')}"
        before = order.notes.filter(note_type=OrderNote.SYSTEM, message__startswith=key).first()
        if before is not None:
            return JsonResponse({"done": before.message.endswith("done")})
        done = _do(order, verb, json.loads(request.body or b"{}"))
        order.notes.create(note_type=OrderNote.SYSTEM, message=f"{key}\n{verb} {'done' if done else 'too late'}")
    return JsonResponse({"done": done})


def _do(order, verb, body):
    state = _state(order)
    if verb == "remarks":
        order.notes.create(note_type=OrderNote.INFO, message=f"{body['author']}: {body['text']}")
    elif verb == "cancel" and state in OPEN:
        order.set_status(getattr(settings, "KEFUFLOW_CANCELLED", "Cancelled"))
    elif verb == "address" and state in OPEN and order.shipping_address is not None:
        order.shipping_address.line1 = body["address"]
        order.shipping_address.line2 = order.shipping_address.line3 = order.shipping_address.line4 = ""
        order.shipping_address.save()
    elif verb == "intercept" and state == "shipped":
        event = order.shipping_events.order_by("date_created").last()
        if event is None or event.notes.endswith(" intercepted"):
            return False
        event.notes += " intercepted"
        event.save()
    else:
        return False
    return True


def document_of(order):
    """The order as Kefuflow reads it. A parcel is a shipping event: its type names the carrier, its notes the number and, once it is
    there, the moment it was signed for."""
    address = order.shipping_address
    paid = [
        (source.reference or f"PAY-{order.number}", source.source_type.code, source.amount_debited)
        for source in order.sources.all()
    ]
    return {
        "number": order.number,
        "status": _state(order),
        "placed_at": order.date_placed.isoformat(),
        "customer_name": address.name if address else (order.user.get_full_name() if order.user else ""),
        "customer_phone": _national(address.phone_number) if address and address.phone_number else "",
        "address": address.line1 if address else "",
        "currency": order.currency,
        "freight": str(order.shipping_incl_tax),
        "lines": [_line(place, line) for place, line in enumerate(order.lines.order_by("id"), start=1)],
        "shipments": [_parcel(event, _state(order)) for event in order.shipping_events.order_by("date_created")],
        "payments": [
            {"reference": reference, "method": method, "amount": str(amount), "paid_at": order.date_placed.isoformat()}
            for reference, method, amount in paid
        ],
    }


def _line(place, line):
    attributes = {a.option.code: a.value for a in line.attributes.select_related("option") if a.option is not None}
    return {
        "line": place,
        "sku": line.partner_sku,
        "name": line.title,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price_incl_tax or 0),
        "gift_value": str(attributes.get("gift_value", "0.00")),
        "traits": attributes.get("traits") or [],
        "warranty_months": int(attributes.get("warranty_months") or 0),
    }


def _parcel(event, state):
    number, _, rest = event.notes.partition(" ")
    turned, signed = rest.endswith("intercepted"), rest.removesuffix("intercepted").strip() or None
    return {
        "carrier": event.event_type.name,
        "tracking_number": number,
        "status": "intercepted" if turned else "signed" if signed else "shipped",
        "shipped_at": event.date_created.isoformat(),
        "signed_at": signed,
    }


def _state(order):
    return {**STATUSES, **getattr(settings, "KEFUFLOW_STATUSES", {})}.get(order.status, "paid")


def _phone(number):
    return number if number.startswith("+") else f"+86{number}"


def _national(number):
    return str(number.as_e164).removeprefix("+86")


urlpatterns = [
    path("articles/<path:sku>", article),
    path("orders", orders_of),
    path("orders/<path:number>/<str:verb>", command),
    path("orders/<path:number>", one_order),
]
