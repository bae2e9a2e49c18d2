"""Which connector stands for each system outside: what the settings name, else our own tables."""

from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from engine.config import Settings
from engine.connectors.http.client import JsonClient
from engine.connectors.http.orders import HttpOrders
from engine.connectors.http.text_messages import HttpTextSender
from engine.connectors.messages import MailSender, TextSender
from engine.connectors.orders import OrderRecord, OrdersConnector
from engine.connectors.payments import PaymentsConnector
from engine.connectors.smtp import SmtpMailSender, SmtpServer
from engine.errors import InvalidInput, Unavailable
from engine.runtime import Runtime
from engine.services.shop import LocalOrders, LocalPayments, LocalStock

TLS_PORT = 465


@dataclass(slots=True)
class Outside:
    """The systems outside, as this runtime reaches them. `mail` and `text` are None where none is set up."""

    orders: OrdersConnector
    payments: PaymentsConnector
    stock: LocalStock
    mail: MailSender | None
    text: TextSender | None

    def orders_of(self, phone: str, limit: int = 20) -> list[OrderRecord] | None:
        """A customer's orders for a page that must come all the same: None when the shop does not answer."""
        try:
            return self.orders.of_customer(phone, limit)
        except (Unavailable, InvalidInput):
            return None

    def order(self, number: str) -> OrderRecord | None:
        """An order by the number that a customer gave; one that the shop refuses to look for is unknown. Raises Unavailable."""
        try:
            return self.orders.find(number) if number else None
        except InvalidInput:
            return None


_made: WeakKeyDictionary[Runtime, Outside] = WeakKeyDictionary()


def outside(runtime: Runtime) -> Outside:
    """The connectors of this runtime, made once, so that a circuit breaker remembers."""
    found = _made.get(runtime)
    if found is None:
        found = _made[runtime] = connect(runtime)
    return found


def use(runtime: Runtime, connectors: Outside) -> None:
    """Let this runtime reach the outside through these connectors instead."""
    _made[runtime] = connectors


def connect(runtime: Runtime) -> Outside:
    """Connectors as the settings say."""
    settings = runtime.settings
    orders = (
        HttpOrders(JsonClient("The shop", settings.orders_url, settings.orders_token)) if settings.orders_url else None
    )
    return Outside(
        orders=orders or LocalOrders(runtime),
        payments=LocalPayments(runtime),
        stock=LocalStock(runtime),
        mail=SmtpMailSender(smtp_server(settings)) if settings.smtp_host else None,
        text=HttpTextSender(JsonClient("The text message operator", settings.sms_url)) if settings.sms_url else None,
    )


def smtp_server(settings: Settings) -> SmtpServer:
    """TLS from the start on port 465, by STARTTLS elsewhere, when the settings ask for TLS."""
    security: Literal["none", "starttls", "tls"] = "none"
    if settings.smtp_tls:
        security = "tls" if settings.smtp_port == TLS_PORT else "starttls"
    return SmtpServer(
        host=settings.smtp_host or "",
        port=settings.smtp_port,
        sender=settings.smtp_from,
        security=security,
        username=settings.smtp_user,
        password=settings.smtp_password,
    )
