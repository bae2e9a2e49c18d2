"""Views of what came in by mail, chat and the API, of what opened no case, and, in a demo, a way to let something come in."""

from __future__ import annotations

import secrets
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, Unavailable
from engine.services import channels
from engine.services.channels import mailroom
from web.auth.session import requires
from web.intake.blueprint import intake
from web.ui import forms
from web.ui.context import current_actor, current_runtime

PAGE = 50
STATES = ("filed", "appended", "bounce", "ignored", "held", "refused")
KINDS = ("email", *channels.SUB_CHANNELS)


@intake.get("/board/inbound")
@requires("outbox.read")
def list_inbound() -> str:
    return _page()


@intake.post("/board/inbound/<int:key>/case")
@requires("cases.write")
def adopt_inbound(key: int) -> Response:
    try:
        number = channels.adopt(current_runtime(), key, actor=current_actor())
    except Conflict:
        flash(_("这条来件已经在工单里，或没有发件人。"), "warning")
        return redirect(url_for(".list_inbound"), 303)
    flash(_("已立案，工单号 %(number)s。", number=number), "success")
    return redirect(url_for("agent.show_case", number=number), 303)


@intake.post("/board/inbound/try")
@requires("outbox.read")
def try_inbound() -> Any:
    """Let a message come in as if a customer had written; in a demo or a test only."""
    if current_runtime().settings.mode == "production":
        abort(404)
    given = request.form
    try:
        taken = channels.receive(current_runtime(), _tried(given))
    except (InvalidInput, Unavailable) as error:
        fields = forms.field_sentences(error) if isinstance(error, InvalidInput) else {}
        return _page(fields or {"": [str(error)]}), 422
    words = {"filed": _("已立案"), "appended": _("已归入工单")}.get(taken.state, taken.state)
    flash(f"{words} {taken.case_number or ''}".strip(), "success")
    return redirect(url_for(".list_inbound"), 303)


def _tried(given: Any) -> channels.Incoming:
    kind, sender, text = given.get("kind", "email"), given.get("sender", "").strip(), given.get("text", "").strip()
    problems: dict[str, list[str]] = {}
    if kind not in KINDS:
        problems["kind"] = ["未知的渠道 / This channel is unknown."]
    if not text:
        problems["text"] = ["请填写内容 / Write something."]
    if not sender or (kind == "email" and "@" not in sender):
        problems["sender"] = ["请填写发件人；邮件须是邮箱地址 / A sender; for a mail, an e-mail address."]
    if problems:
        raise InvalidInput("This message does not fit.", problems)
    mail = kind == "email"
    identity = f"demo-{secrets.token_hex(8)}"
    return channels.Incoming(
        source="mail" if mail else "chat",
        external_id=f"<{identity}@demo.example>" if mail else f"demo:{identity}",
        channel="email" if mail else "online" if kind == "live_chat" else "social",
        sub_channel=None if mail else kind,
        platform="" if mail else "demo",
        conversation=None if mail else f"demo:{sender}",
        sender=sender.lower() if mail else sender,
        sender_name=given.get("name", "").strip() or sender.partition("@")[0],
        subject=given.get("subject", "").strip()[:200] if mail else "",
        said=text[:20_000],
        data={} if mail else {"conversation_id": sender, "platform_id": identity},
    )


def _page(errors: forms.Errors | None = None) -> str:
    state, before = request.args.get("state") or None, request.args.get("before", type=int)
    actor, runtime = current_actor(), current_runtime()
    found = channels.list_inbound(runtime, actor=actor, state=state, before=before, limit=PAGE + 1)
    return render_template(
        "intake/inbound.html",
        messages=found[:PAGE],
        more=len(found) > PAGE,
        states=STATES,
        kinds=KINDS,
        mailboxes=mailroom.mailboxes(runtime),
        can_try=runtime.settings.mode != "production",
        errors=errors or {},
        typed=request.form,
    )
