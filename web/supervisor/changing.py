"""Views of changing an instance in one go: what is to be changed is gathered, reviewed, and then done."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.errors import Conflict, InvalidInput, NotFound
from engine.services import changing, inspection
from engine.services.changing import Activation, Assignment, Change
from web.auth.session import requires
from web.supervisor import typed
from web.supervisor.blueprint import supervisor
from web.supervisor.instance import as_text, why
from web.ui import forms
from web.ui.context import current_actor, current_runtime

MOST = 20  # rows of a kind on the page
ENDS = "end"
LONGEST_KEY = 20
RUNNING = ("ACTIVE", "SUSPENDED")


@supervisor.get("/instances/<int:key>/change")
@requires("instances.modify")
def show_change(key: int) -> Any:
    found = _inspect(key)
    if found.row.state not in RUNNING:
        flash(_("流程已经结束。"), "warning")
        return redirect(url_for(".show_instance", key=key), 303)
    return _page(found)


@supervisor.post("/instances/<int:key>/change")
@requires("instances.modify")
def change_instance(key: int) -> Any:
    """One more row, the review, or the change itself where it is what was reviewed."""
    actor = current_actor()
    if "more" in request.form:
        return _page(_inspect(key))
    outcome = None
    try:
        wanted = _wanted()
        outcome = changing.preview(current_runtime(), key, wanted, who=actor.username, tenant_id=actor.tenant_id)
        reason = request.form.get("reason", "").strip()
        if "apply" in request.form and request.form.get("reviewed") == _mark(wanted, outcome):
            if not reason:
                raise InvalidInput("A reason is needed.", {"reason": ["请填写原因 / Give a reason."]})
            changing.change(
                current_runtime(), key, wanted, who=actor.username, reason=reason, revision=outcome.revision,
                tenant_id=actor.tenant_id,
            )  # fmt: skip
            flash(_("改动已全部生效。"), "success")
            return redirect(url_for(".show_instance", key=key), 303)
    except InvalidInput as error:
        return _page(_inspect(key), forms.field_sentences(error) or {"": [str(error)]}, outcome), 422
    except (Conflict, NotFound) as error:
        return _page(_inspect(key), {"": [why(error)]}), 409
    return _page(_inspect(key), outcome=outcome)


def _inspect(key: int) -> inspection.Inspection:
    return inspection.inspect(current_runtime(), key, actor=current_actor())


def _wanted() -> Change:
    """What the page says. Raises InvalidInput with the sentences of every field that does not fit."""
    errors: forms.Errors = {}
    tokens = {name.removeprefix("token-"): to for name, to in request.form.items() if name.startswith("token-") and to}
    chosen = {_key(key): to for key, to in tokens.items()}
    started = [_started(number, errors) for number in range(_rows("starts")) if _says("start", number, "given")]
    values = [_assigned(number, errors) for number in range(_rows("values")) if _says("name", number, "value")]
    if errors:
        raise InvalidInput("Some fields do not fit.", errors)
    return Change(
        variables=values,
        moved=[(key, to) for key, to in chosen.items() if to != ENDS],
        started=started,
        ended=[key for key, to in chosen.items() if to == ENDS],
    )


def _started(number: int, errors: forms.Errors) -> Activation:
    element_id, within = request.form.get(f"start-{number}", ""), request.form.get(f"within-{number}", "")
    if not element_id:
        errors[f"start-{number}"] = ["请选择步骤 / Choose a step."]
    values = _tried(
        lambda: typed.many_values(request.form.get(f"given-{number}", ""), f"given-{number}"), errors, default={}
    )
    scope = element_id if request.form.get(f"where-{number}") == "step" else ""
    return Activation(element_id, _key(within) if within else None, {scope: values} if values else {})


def _assigned(number: int, errors: forms.Errors) -> Assignment:
    name = request.form.get(f"name-{number}", "").strip()
    if not 0 < len(name) <= typed.LONGEST_NAME:
        errors[f"name-{number}"] = ["请填写变量名 / Give the variable's name."]
    value = _tried(lambda: typed.one_value(request.form.get(f"value-{number}", ""), f"value-{number}"), errors)
    return Assignment(_key(request.form.get(f"scope-{number}", "")), {name: value})


def _tried(read: Any, errors: forms.Errors, default: Any = None) -> Any:
    """What is read, or the default and a sentence more."""
    try:
        return read()
    except InvalidInput as error:
        errors.update(error.fields)
        return default


def _says(first: str, number: int, second: str) -> bool:
    """Whether anything was typed into one of the two fields of a row."""
    return any(request.form.get(f"{name}-{number}", "").strip() for name in (first, second))


def _key(text: str) -> int:
    """An element instance's key; 0, which none has, for what is no key."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_KEY else 0


def _rows(kind: str) -> int:
    """How many rows of a kind the page has; one more where that was asked for."""
    count = max(request.form.get(kind, 1, type=int), 1) + (request.form.get("more") == kind)
    return min(count, MOST)


def _mark(wanted: Change, outcome: changing.Outcome) -> str:
    """Tells whether what is to be done is what was reviewed, on an instance that has not gone on since."""
    return hashlib.sha256(repr((wanted, outcome.revision)).encode()).hexdigest()


def _page(
    found: inspection.Inspection, errors: forms.Errors | None = None, outcome: changing.Outcome | None = None
) -> str:
    wanted = _wanted() if outcome is not None else None
    mark = _mark(wanted, outcome) if wanted is not None and outcome is not None else ""
    return render_template(
        "supervisor/change.html", found=found, errors=errors or {}, typed=request.form, outcome=outcome, wanted=wanted,
        mark=mark, starts=_rows("starts"), values=_rows("values"), most=MOST,
        as_text=as_text, altered=outcome is not None and "apply" in request.form and not errors,
    )  # fmt: skip
