"""Which connector stands for each system outside: what the settings name, else our own tables."""

from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from engine.config import Settings
from engine.connectors.chat import HttpChatSender
from engine.connectors.courier import CourierConnector
from engine.connectors.courier.http import HttpCourier
from engine.connectors.http.client import JsonClient
from engine.connectors.mail import ImapServer, SmtpMailSender, SmtpServer, imap_server
from engine.connectors.messages import ChatSender, MailSender, TextSender
from engine.connectors.orders import ArticleRecord, OrderRecord, OrdersConnector
from engine.connectors.orders.http import HttpOrders
from engine.connectors.payments.http import HttpPayments
from engine.connectors.sms import HttpTextSender
from engine.connectors.warehouse import WarehouseConnector
from engine.connectors.warehouse.http import HttpWarehouse
from engine.errors import InvalidInput, Unavailable
from engine.runtime import Runtime
from engine.services.shop import Ledger, LocalBank, LocalCourier, LocalOrders, LocalStock

TLS_PORT = 465


@dataclass(slots=True)
class Outside:
    """The systems outside, as this runtime reaches them. `mail`, `text` and `chat` are None where none is set up."""

    orders: OrdersConnector
    payments: Ledger
    stock: WarehouseConnector
    courier: CourierConnector
    mail: MailSender | None
    text: TextSender | None
    chat: ChatSender | None = None

    def sender(self, channel: str) -> MailSender | TextSender | ChatSender | None:
        """What sends on a channel: email, sms or chat."""
        return {"email": self.mail, "sms": self.text, "chat": self.chat}.get(channel)

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

    def article(self, sku: str) -> ArticleRecord | None:
        """An article by the code that somebody gave; one that the shop refuses to look for is unknown. Raises Unavailable."""
        try:
            return self.orders.article(sku) if sku else None
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
    orders = _orders(settings) or LocalOrders(runtime)
    bank = _client("The payment service", settings.payments_url, settings.payments_token)
    store = _client("The warehouse", settings.warehouse_url, settings.warehouse_token)
    courier = _client("The courier", settings.logistics_url, settings.logistics_token)
    return Outside(
        orders=orders,
        payments=Ledger(runtime, orders, HttpPayments(bank) if bank else LocalBank()),
        stock=HttpWarehouse(store) if store else LocalStock(runtime),
        courier=HttpCourier(courier) if courier else LocalCourier(runtime),
        mail=SmtpMailSender(smtp_server(settings)) if settings.smtp_host else None,
        text=HttpTextSender(JsonClient("The text message operator", settings.sms_url)) if settings.sms_url else None,
        chat=_chat(runtime) if settings.chat_url else None,
    )


def _chat(runtime: Runtime) -> ChatSender:
    settings = runtime.settings
    return HttpChatSender(JsonClient("The chat platform", settings.chat_url or ""), settings.webhook_key(), runtime.now)


def mailbox_of(settings: Settings) -> ImapServer | None:
    """The shared mailbox that the settings name, if any."""
    return imap_server(settings.imap_url) if settings.imap_url else None


def _orders(settings: Settings) -> OrdersConnector | None:
    client = _client("The shop", settings.orders_url, settings.orders_token)
    return HttpOrders(client) if client else None


def _client(name: str, url: str | None, token: str | None) -> JsonClient | None:
    return JsonClient(name, url, token) if url else None


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
