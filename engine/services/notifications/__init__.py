"""Messages to customers and notices to staff: written from templates, sent by consent, kept so that they can be read."""

from engine.services.notifications.mailing import KINDS, WAYS, MailWishes, mail_notices, mail_wishes, wish_mails
from engine.services.notifications.outbox import (
    MessageView,
    list_messages,
    mark_message_read,
    messages_for_customer,
    resend,
    sent_about,
)
from engine.services.notifications.sending import Sending, deliver, notify_customer, prepare
from engine.services.notifications.staff import (
    NoticeView,
    count_unread_notices,
    list_notices,
    mark_all_notices_read,
    mark_notice_read,
    notify_staff,
)
from engine.services.notifications.templates import Template, load_templates, render, template

__all__ = [
    "KINDS",
    "WAYS",
    "MailWishes",
    "MessageView",
    "NoticeView",
    "Sending",
    "Template",
    "count_unread_notices",
    "deliver",
    "list_messages",
    "list_notices",
    "load_templates",
    "mail_notices",
    "mail_wishes",
    "mark_all_notices_read",
    "mark_message_read",
    "mark_notice_read",
    "messages_for_customer",
    "notify_customer",
    "notify_staff",
    "prepare",
    "render",
    "resend",
    "sent_about",
    "template",
    "wish_mails",
]
