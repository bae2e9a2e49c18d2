"""Views of one process instance: everything about it, and what can be done to it by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import incidents, inspection, instances, messages, operations, restarting, suspension
from engine.services.modification import Activation, modify
from engine.services.restarting import NotRestartable, Restart, With
from web.auth.session import requires
from web.supervisor import typed
from web.supervisor.blueprint import supervisor
from web.ui import forms
from web.ui.context import current_actor, current_runtime

Refusal = dict[str, Any]


@supervisor.get("/instances/<int:key>")
@requires("instances.read")
def show_instance(key: int) -> str:
    return _page(key)


@supervisor.get("/instances/<int:key>/diagram")
@requires("instances.read")
def instance_diagram(key: int) -> Answer:
    found = inspection.diagram_of(current_runtime(), key, actor=current_actor())
    return Answer(found, content_type="application/xml; charset=utf-8")


@supervisor.post("/instances/<int:key>/suspension")
@requires("instances.modify")
def suspend_instance(key: int) -> Any:
    return _do(key, "suspend", _("流程已暂停。"), lambda who: suspension.suspend(current_runtime(), key, **who))


@supervisor.post("/instances/<int:key>/resumption")
@requires("instances.modify")
def resume_instance(key: int) -> Any:
    return _do(key, "resume", _("流程已恢复。"), lambda who: suspension.resume(current_runtime(), key, **who), False)


@supervisor.post("/instances/<int:key>/cancellation")
@requires("instances.modify")
def cancel_instance(key: int) -> Any:
    return _do(key, "cancel", _("流程已取消。"), lambda who: instances.cancel(current_runtime(), key, **who))


@supervisor.post("/instances/<int:key>/retry")
@requires("incidents.repair")
def retry_instance(key: int) -> Any:
    done = _("已重试。若再次失败，会出现新的故障。")
    return _do(key, "retry", done, lambda who: incidents.resolve_all(current_runtime(), key, **who), False)


@supervisor.post("/instances/<int:key>/variables")
@requires("instances.modify")
def set_variable(key: int) -> Any:
    def change(who: dict[str, Any]) -> None:
        name = request.form.get("name", "").strip()
        if not 0 < len(name) <= typed.LONGEST_NAME:
            raise InvalidInput("The name is empty or too long.", {"name": ["请填写变量名 / Give the variable's name."]})
        scope = request.form.get("scope", key, type=int)
        value = typed.one_value(request.form.get("value", ""))
        instances.set_variables(current_runtime(), scope, {name: value}, local=scope != key, **who)

    return _do(key, "variable", _("变量已保存。"), change)


@supervisor.post("/instances/<int:key>/move")
@requires("instances.modify")
def move_token(key: int) -> Any:
    def change(who: dict[str, Any]) -> None:
        source, target = typed.number_of(request.form, "source"), request.form.get("target", "")
        if not target:
            raise InvalidInput("No element is chosen.", {"target": ["请选择步骤 / Choose a step."]})
        moves = [] if source is None else [(source, target)]
        activations = [] if moves else [Activation(target)]
        modify(current_runtime(), key, activations, moves=moves, **who)

    return _do(key, "move", _("流程已移动。"), change)


@supervisor.post("/instances/<int:key>/timers/<int:timer>")
@requires("instances.modify")
def change_timer(key: int, timer: int) -> Any:
    def change(who: dict[str, Any]) -> None:
        if "fire" in request.form:
            operations.fire_timer(current_runtime(), timer, **who)
        else:
            operations.move_timer(current_runtime(), timer, _due(request.form), **who)

    done = _("定时器已触发。") if "fire" in request.form else _("定时器已改期。")
    return _do(key, f"timer-{timer}", done, change)


@supervisor.post("/instances/<int:key>/messages/<int:wait>")
@requires("instances.modify")
def send_message(key: int, wait: int) -> Any:
    def change(who: dict[str, Any]) -> None:
        messages.send_to(current_runtime(), wait, typed.many_values(request.form.get("variables", "")), **who)

    return _do(key, f"message-{wait}", _("消息已送到，流程已继续。"), change)


@supervisor.post("/instances/<int:key>/restart")
@requires("instances.modify")
def restart_instance(key: int) -> Any:
    form = request.form
    try:
        reason = _reason()
        changed = typed.many_values(form.get("changed", ""), "changed")
        which = With.ENDED if form.get("with") == With.ENDED else With.BEGAN
        wanted = Restart(form.get("version") != "own", form.get("start_at", ""), which, changed)
        new = restarting.restart(current_runtime(), key, wanted, actor=current_actor(), reason=reason)
    except InvalidInput as error:
        return _page(key, "restart", forms.field_sentences(error) or {"": [str(error)]}), 422
    except NotRestartable as error:
        return _page(key, "restart", {"": [why(error)]}), 409
    flash(_("已重新开始，这是新的实例。"), "success")
    return _back(new)


@supervisor.post("/instances/<int:key>/jobs/<int:job>")
@requires("incidents.repair")
def retry_job(key: int, job: int) -> Any:
    done = _("作业将立即重试。")
    return _do(key, f"job-{job}", done, lambda who: operations.retry_job(current_runtime(), job, **who), False)


def _do(key: int, form: str, done: str, change: Callable[[dict[str, Any]], Any], needs_reason: bool = True) -> Any:
    """Do it and show the instance; what does not fit is said at its form, with all that was typed."""
    actor = current_actor()
    try:
        reason = _reason() if needs_reason else request.form.get("reason", "").strip()
        change({"who": actor.username, "reason": reason, "tenant_id": actor.tenant_id})
    except InvalidInput as error:
        return _page(key, form, forms.field_sentences(error) or {"": [str(error)]}), 422
    except (Conflict, NotFound) as error:
        inspection.inspect(current_runtime(), key, actor=actor)  # an instance that is not there is a page not found
        return _page(key, form, {"": [why(error)]}), 409
    flash(done, "success")
    return _back(key)


def _reason() -> str:
    """Raises InvalidInput where none is given."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise InvalidInput("A reason is needed.", {"reason": ["请填写原因 / Give a reason."]})
    return reason


def _back(key: int) -> Response:
    return redirect(url_for(".show_instance", key=key), 303)


def _page(key: int, form: str = "", errors: forms.Errors | None = None) -> str:
    actor = current_actor()
    found = inspection.inspect(current_runtime(), key, actor=actor)
    ended = found.row.state in ("COMPLETED", "TERMINATED") and actor.may("instances.modify")
    again = restarting.offer(current_runtime(), key, actor=actor) if ended else None
    shown = {f"{wait.kind}-{wait.key}" for wait in found.waits} | ({"restart"} if again else set())
    gone = form.startswith(("timer-", "message-", "restart")) and form not in shown
    return render_template(
        "supervisor/instance.html", found=found, form=form, gone=gone, errors=errors or {}, typed=request.form,
        as_text=as_text, again=again, why=why,
    )  # fmt: skip


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def why(error: Exception) -> str:
    """Why an act was not possible as things stand."""
    if isinstance(error, NotRestartable):
        return str(error) if forms.language() == "en" else error.message_zh
    kinds = {
        "InstanceEnded": _("流程已经结束。"),
        "InstanceSuspended": _("流程已暂停，请先恢复。"),
        "NotSuspended": _("流程没有暂停。"),
        "JobNotOpen": _("作业已完成，或正由工作者执行。"),
        "NotAwaited": _("流程已经不在等这条消息。"),
    }
    fallback = _("流程刚刚有变化，或不允许这个操作，请核对：%(why)s", why=error)
    return kinds.get(type(error).__name__, fallback)


def _due(typed: Mapping[str, str]) -> datetime:
    found = forms.moment_of(typed, "due_at")
    if found is None:
        raise InvalidInput("A moment is needed.", {"due_at": ["请填写时间 / Choose a moment."]})
    return found
