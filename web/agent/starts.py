"""Views of starting a process: which ones, and the start form."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import customers, starting, task_forms, uploads
from engine.services.cases.related import RelatedCase
from engine.services.starting import Begun, SameMatter, StartForm
from engine.services.work import FormRefused
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.forms import Errors


@agent.get("/start")
@requires("cases.write")
def startable() -> str:
    found = starting.startable(current_runtime(), actor=current_actor())
    words = request.args.get("q", "").strip().lower()
    fitting = [each for each in found if words in " ".join(filter(None, astuple(each))).lower()]
    return render_template("agent/startable.html", processes=fitting, every=found)


@agent.get("/start/<process_id>")
@requires("cases.write")
def show_start(process_id: str) -> str:
    return _page(_form(process_id), None, known=_known_customer())


@agent.post("/start/<process_id>")
@requires("cases.write")
def start(process_id: str) -> Any:
    return _start_json(process_id) if request.is_json else _start_page(process_id)


@agent.post("/uploads")
@requires("cases.write")
def upload() -> Response | tuple[Response, int]:
    """A file of a start form: its case does not exist yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return jsonify(message=_("没有收到文件。")), 422
    content = sent.read()
    try:
        identity = _store(sent.filename, content)
    except InvalidInput as error:
        sentences = forms.field_sentences(error).get("file") or [str(error)]
        return jsonify(message=" ".join(sentences)), 422
    return jsonify(id=identity, name=sent.filename, size=len(content))


def _start_json(process_id: str) -> tuple[Response, int]:
    body = request.get_json()
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise InvalidInput('The body must be {"data": {…}}.')
    try:
        begun = _begin(process_id, data, body.get("aware_of") or [])
    except FormRefused as refused:
        return jsonify(errors=forms.refused(refused), message=_("请更正标出的内容。")), 422
    except SameMatter as found:
        cases = [{"number": each.number, "text": _same(each), "url": _address(each)} for each in found.cases]
        return jsonify(message=_told_of_same(), cases=cases), 409
    return jsonify(redirect=_after(begun)), 200


def _start_page(process_id: str) -> Any:
    opened = _form(process_id)
    data, errors = forms.read(opened.form, _store)
    if forms.rows_changed(data):
        return _page(opened, data, errors)
    if errors:
        return _page(opened, data, errors), 422
    try:
        begun = _begin(process_id, data, request.form.getlist("aware_of"))
    except FormRefused as refused:
        return _page(opened, data, forms.refused(refused)), 422
    except SameMatter as found:
        return _page(opened, data, same=found.cases), 409
    return redirect(_after(begun), 303)


def _begin(process_id: str, data: dict[str, Any], aware_of: list[str]) -> Begun:
    return starting.start_with_form(
        current_runtime(), process_id, data, actor=current_actor(), aware_of=[str(number) for number in aware_of]
    )


def _form(process_id: str) -> StartForm:
    return starting.start_form(current_runtime(), process_id, actor=current_actor())


def _known_customer() -> dict[str, Any]:
    """What a start form asks about the customer from whose page one comes: nobody types it twice."""
    key, actor = request.args.get("customer", type=int), current_actor()
    if key is None or not actor.may("customers.read_personal"):
        return {}
    customer = customers.get_customer(current_runtime(), key, actor=actor)
    contact = customer.phone or customer.email or ""
    return {"customer_name": customer.name, "contact": contact, "tier": customer.tier, "customer_key": str(key)}


def _page(
    opened: StartForm,
    sent: dict[str, Any] | None,
    errors: Errors | None = None,
    known: dict[str, Any] | None = None,
    same: list[RelatedCase] | None = None,
) -> str:
    wanted = task_forms.file_ids(opened.form, sent or {})
    names = uploads.names(current_runtime(), wanted, actor=current_actor())
    files = {str(key): name for key, name in names.items()}
    drawn = forms.draw(opened.form, opened.data | (known or {}), sent=sent, errors=errors, files=files)
    aware_of = [each.number for each in same] if same else request.form.getlist("aware_of")
    return render_template(
        "agent/start.html", process=opened.process, drawn=drawn, same=same, told=_told_of_same(), aware_of=aware_of
    )


def _told_of_same() -> str:
    return _("可能与处理中的工单是同一件事，还没有立案。请先看一眼；确是另一件事，再提交一次即可。")


def _same(case: RelatedCase) -> str:
    return f"{case.number} · {case.title}"


def _address(case: RelatedCase) -> str:
    return url_for(".show_case", number=case.number)


def _store(name: str, content: bytes) -> str:
    return str(uploads.keep(current_runtime(), name, content, actor=current_actor()).key)


def _after(begun: Begun) -> str:
    if begun.case_number is None:
        flash(_("流程已启动。"), "success")
        return url_for(".inbox")
    flash(_("已立案，工单号 %(number)s。", number=begun.case_number), "success")
    return url_for(".show_case", number=begun.case_number)
