"""A small django-oscar shop, run by the Python of an environment of its own: `python oscar_shop.py DATABASE [PORT]`.

Without a port it makes the database and fills it with the orders and articles that it reads, as JSON, from its input; with one it
serves `contrib/django_oscar` on loopback until it is ended.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import oscar
from django.conf import settings

sys.path.insert(0, str(Path(__file__).parents[2] / "contrib" / "django_oscar"))
STATUSES = {"paid": "Pending", "shipped": "Shipped", "signed": "Complete"}


class NoMigrations(dict):
    """The tables come from the models at once."""

    def __contains__(self, app: object) -> bool:
        return True

    def __getitem__(self, app: object) -> None:
        return None


def configure(database: str) -> None:
    from oscar import defaults

    shop = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")}
    shop |= {"OSCAR_ORDER_STATUS_PIPELINE": {status: ("Cancelled",) for status in ("Pending", "Shipped", "Complete")}}
    shop |= {"OSCAR_INITIAL_ORDER_STATUS": "Pending", "OSCAR_DEFAULT_CURRENCY": "CNY"}
    settings.configure(
        **shop,
        SECRET_KEY="a test's",
        KEFUFLOW_TOKEN="a token of the test",
        ALLOWED_HOSTS=["127.0.0.1"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        INSTALLED_APPS=oscar.INSTALLED_APPS,
        MIGRATION_MODULES=NoMigrations(),
        ROOT_URLCONF="kefuflow_orders",
        SITE_ID=1,
        USE_TZ=True,
    )
    django.setup()


def fill(found: dict) -> None:
    from django.core.management import call_command
    from oscar.core.loading import get_model

    call_command("migrate", run_syncdb=True, verbosity=0)
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="CN", iso_3166_1_a3="CHN", printable_name="China"
    )
    partner = get_model("partner", "Partner").objects.create(name="仓库")
    goods = get_model("catalogue", "ProductClass").objects.create(name="商品")
    for article in found["articles"]:
        product = get_model("catalogue", "Product").objects.create(title=article["name"], product_class=goods)
        product.stockrecords.create(
            partner=partner,
            partner_sku=article["sku"],
            price=Decimal(article["price"]),
            price_currency="CNY",
            num_in_stock=5,
        )
    for order in found["orders"]:
        store(order, partner, country)


def store(given: dict, partner, country) -> None:
    from oscar.core.loading import get_model

    total = sum(Decimal(line["unit_price"]) * line["quantity"] for line in given["lines"]) + Decimal(given["freight"])
    address = get_model("order", "ShippingAddress").objects.create(
        first_name=given["customer_name"],
        line1=given["address"],
        phone_number=f"+86{given['customer_phone']}",
        country=country,
    )
    order = get_model("order", "Order").objects.create(
        number=given["number"], currency="CNY", status=STATUSES[given["status"]], date_placed=moment(given["placed_at"]),
        total_incl_tax=total, total_excl_tax=total, shipping_incl_tax=Decimal(given["freight"]),
        shipping_excl_tax=Decimal(given["freight"]), shipping_address=address,
    )  # fmt: skip
    for line in given["lines"]:
        store_line(order, line, partner)
    for paid in given["payments"]:
        route, _ = get_model("payment", "SourceType").objects.get_or_create(
            code=paid["method"], defaults={"name": paid["method"]}
        )
        order.sources.create(
            source_type=route, currency="CNY", amount_debited=Decimal(paid["amount"]), reference=paid["reference"]
        )
    for parcel in given["shipments"]:
        carrier, _ = get_model("order", "ShippingEventType").objects.get_or_create(name=parcel["carrier"])
        notes = f"{parcel['tracking_number']} {parcel['signed_at'] or ''}".strip()
        event = order.shipping_events.create(event_type=carrier, notes=notes)
        order.shipping_events.filter(pk=event.pk).update(date_created=moment(parcel["shipped_at"]))


def store_line(order, given: dict, partner) -> None:
    from oscar.core.loading import get_model

    price, sum_of = Decimal(given["unit_price"]), Decimal(given["unit_price"]) * given["quantity"]
    line = order.lines.create(
        partner=partner, partner_name=partner.name, partner_sku=given["sku"], title=given["name"], quantity=given["quantity"],
        unit_price_incl_tax=price, unit_price_excl_tax=price, line_price_incl_tax=sum_of, line_price_excl_tax=sum_of,
        line_price_before_discounts_incl_tax=sum_of, line_price_before_discounts_excl_tax=sum_of, num_allocated=0,
    )  # fmt: skip
    for code in ("gift_value", "traits", "warranty_months"):
        option, _ = get_model("catalogue", "Option").objects.get_or_create(code=code, defaults={"name": code})
        line.attributes.create(option=option, type=code, value=given[code])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def main(database: str, port: str = "") -> None:
    configure(database)
    if not port:
        fill(json.load(sys.stdin))
        return
    from django.core.wsgi import get_wsgi_application

    make_server("127.0.0.1", int(port), get_wsgi_application(), Server, Quiet).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
