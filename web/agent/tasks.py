"""Views of a task: its form beside its case, drafts, files, and sending it in with and without a script."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, Forbidden, InvalidInput, KefuflowError
from engine.services import attachments, task_forms, uploads, work
from engine.services.work import FormRefused, TaskView
from web.agent.blueprint import agent
from web.agent.context import CasePage, case_page
from web.auth.session import requires
from web.errors import status_of
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.forms import Errors

Answer = tuple[Response, int]


@agent.get("/tasks/<int:key>")
@requires("tasks.work")
def show_task(key: int) -> str:
    task = work.open_task(current_runtime(), key, actor=current_actor())
    return _page(task, task.draft.data if task.draft and "fresh" not in request.args else None)


@agent.post("/tasks/<int:key>")
@requires("tasks.work")
def submit_task(key: int) -> Any:
    task = work.open_task(current_runtime(), key, actor=current_actor())
    return _submit_json(task) if request.is_json else _submit_page(task)


@agent.put("/tasks/<int:key>/draft")
@requires("tasks.work")
def save_draft(key: int) -> Response:
    work.save_draft(current_runtime(), key, _sent_data(), actor=current_actor())
    return jsonify({})


@agent.post("/tasks/<int:key>/files")
@requires("tasks.work")
def upload_to_task(key: int) -> Response | Answer:
    task = work.open_task(current_runtime(), key, actor=current_actor())
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return jsonify(message=_("没有收到文件。")), 422
    content = upload.read()
    try:
        identity = _store(task)(upload.filename, content)
    except InvalidInput as error:
        sentences = forms.field_sentences(error).get("file") or [str(error)]
        return jsonify(message=" ".join(sentences)), 422
    return jsonify(id=identity, name=upload.filename, size=len(content))


def _submit_json(task: TaskView) -> Answer:
    body = request.get_json()
    revision = body.get("revision") if isinstance(body, dict) else None
    try:
        work.submit(current_runtime(), task.key, _sent_data(), actor=current_actor(), revision=revision)
    except FormRefused as refused:
        return jsonify(errors=forms.refused(refused), message=_("请更正标出的内容。")), 422
    except (Conflict, Forbidden) as error:
        return jsonify(message=_why(error)), status_of(error)
    flash(_("已提交：%(name)s", name=_name(task)), "success")
    return jsonify(redirect=_after(task)), 200


def _submit_page(task: TaskView) -> Any:
    """The plain form: everything typed stays on the page, whatever becomes of it."""
    runtime, actor = current_runtime(), current_actor()
    data, errors = forms.read(task.form, _store(task)) if task.form else ({}, {})
    if task.form and forms.rows_changed(data):
        return _page(task, data, errors)
    if "_save" in request.form:
        work.save_draft(runtime, task.key, data, actor=actor)
        flash(_("草稿已保存。"), "success")
        return redirect(url_for(".show_task", key=task.key), 303)
    if errors:
        return _page(task, data, errors), 422
    try:
        work.submit(runtime, task.key, data, actor=actor, revision=request.form.get("revision", type=int))
    except FormRefused as refused:
        return _page(task, data, forms.refused(refused)), 422
    except (Conflict, Forbidden) as error:
        now = work.open_task(runtime, task.key, actor=actor)
        return _page(now, data, {"": [_why(error)]}), status_of(error)
    flash(_("已提交：%(name)s", name=_name(task)), "success")
    return redirect(_after(task), 303)


def _page(task: TaskView, sent: dict[str, Any] | None, errors: Errors | None = None) -> str:
    # The case of a task may be one that its person has no business with.
    may_see = task.case_number is not None and current_actor().may("cases.read")
    about = case_page(task.case_number, _instance(task)) if task.case_number and may_see else None
    drawn = None
    # What a task was opened on is gone with it: an empty form would look like one that nobody filled in.
    if task.form is not None and (task.state == "CREATED" or sent):
        files = _file_names(about, sent, task)
        drawn = forms.draw(task.form, task.data, sent=sent, errors=errors, files=files, revision=task.revision)
    fillable = task.workable and (task.mine or task.assignee is None)
    runtime, actor = current_runtime(), current_actor()
    colleagues = work.any_of(work.receivers(runtime, [task.key], actor=actor), but=actor.username) if task.mine else []
    return render_template(
        "agent/task.html",
        task=task,
        about=about,
        drawn=drawn,
        fillable=fillable,
        errors=errors or {},
        typed={},
        colleagues=colleagues,
    )


def _instance(task: TaskView) -> int:
    return request.args.get("instance", type=int) or task.process_instance_key


def _file_names(about: CasePage | None, sent: dict[str, Any] | None, task: TaskView) -> dict[str, str]:
    if about is not None:
        return {str(file.key): file.name for file in about.files}
    if task.form is None:
        return {}
    wanted = task_forms.file_ids(task.form, {**task.data, **(sent or {})})
    found = uploads.names(current_runtime(), wanted, actor=current_actor())
    return {str(key): name for key, name in found.items()}


def _store(task: TaskView) -> forms.Store:
    """Files of a task go to its case; those of a task without one wait with their sender."""

    def store(name: str, content: bytes) -> str:
        runtime, actor = current_runtime(), current_actor()
        if task.case_number is None:
            return str(uploads.keep(runtime, name, content, actor=actor).key)
        kept = attachments.attach(runtime, task.case_number, name, content, actor=actor, task_key=task.key)
        return str(kept.key)

    return store


def _sent_data() -> dict[str, Any]:
    body = request.get_json()
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise InvalidInput('The body must be {"data": {…}, "revision": …}.')
    return data


def _why(error: KefuflowError) -> str:
    """A conflict in words for the person who typed."""
    if isinstance(error, Forbidden):
        return _("按流程规定，您不能办理这个任务。您填写的内容仍保留在这里。")
    kinds = {
        "InstanceSuspended": _("这个流程已被主管暂停，恢复后才能提交。您填写的内容仍保留在这里。"),
        "TaskAlreadyClaimed": _("这个任务已被他人领取。您填写的内容仍保留在这里。"),
        "TaskNotOpen": _("这个任务已由他人完成或已取消。您填写的内容仍保留在这里，可以复制。"),
        "TaskChanged": _("这个任务刚被改动过，请核对后再次提交。您填写的内容仍保留在这里。"),
    }
    return kinds.get(type(error).__name__, _("刚才有人改动了这个任务，请核对后再次提交。您填写的内容仍保留在这里。"))


def _name(task: TaskView) -> str:
    return str((forms.language() == "en" and task.name_en) or task.name)


def _after(task: TaskView) -> str:
    if task.case_number and current_actor().may("cases.read"):
        return url_for(".show_case", number=task.case_number)
    return url_for(".inbox")
