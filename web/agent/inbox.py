"""Views of the inbox: the list in its filters, and one's own saved filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import InvalidInput
from engine.services import going_away, people, work
from engine.services.worklist import (
    SCOPES,
    SORTS,
    InboxFilter,
    InboxPage,
    count_inbox,
    delete_filter,
    pulse,
    save_filter,
    saved_filters,
)
from engine.services.worklist import inbox as list_inbox
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui import forms
from web.ui.context import current_actor, current_runtime
from web.ui.live import pulsed, unchanged_since
from web.ui.words import WORDS

PAGE = 30
UNDO_FOR = timedelta(minutes=10)
PARAMETERS = ("whose", "group", "kind", "channel", "tier", "level", "q", "overdue", "unread", "sort")


@agent.get("/")
@requires("tasks.work")
def inbox() -> str:
    return page()


@agent.get("/list")
@requires("tasks.work")
def inbox_list() -> Response:
    beat = pulse(current_runtime(), actor=current_actor())
    return unchanged_since(beat) or pulsed(
        beat, render_template("agent/inbox_list.html", wanted=_wanted(), kept=_kept(), **_list())
    )


@agent.post("/online")
@requires("tasks.work")
def set_online() -> Response:
    people.set_online(current_runtime(), request.form.get("online") == "yes", actor=current_actor())
    return redirect(url_for(".inbox"), 303)


@agent.post("/filters")
@requires("tasks.work")
def keep_filter() -> Any:
    query = {name: value for name, value in request.form.items() if name in PARAMETERS}
    actor, named = current_actor(), request.form.get("name", "").strip()
    own = {
        each.name for each in saved_filters(current_runtime(), "inbox", actor=actor) if each.username == actor.username
    }
    try:
        save_filter(
            current_runtime(), "inbox", named, query,
            actor=actor, shared_with=request.form.get("shared_with"),
        )  # fmt: skip
    except InvalidInput as error:
        for texts in forms.field_sentences(error).values():
            flash(" ".join(texts), "error")
        return redirect(url_for(".inbox", **query), 303)
    flash(_("“%(name)s”已改为现在的筛选。", name=named) if named in own else _("筛选已保存。"), "success")
    return redirect(url_for(".inbox", **query), 303)


@agent.post("/filters/<int:key>/delete")
@requires("tasks.work")
def drop_filter(key: int) -> Response:
    delete_filter(current_runtime(), key, actor=current_actor())
    flash(_("筛选已删除。"), "success")
    return redirect(url_for(".inbox"), 303)


def page(errors: forms.Errors | None = None) -> str:
    """The inbox; with what was wrong with an act on the tasks that were chosen."""
    actor, runtime = current_actor(), current_runtime()
    shown = _list()
    keys = [row.key for row in shown["page"].rows]
    return render_template(
        "agent/inbox.html",
        online=people.get_user(runtime, actor.username, actor=actor).online,
        absences=going_away.own_absences(runtime, actor=actor),
        wanted=_wanted(),
        kept=_kept(),
        saved=saved_filters(runtime, "inbox", actor=actor),
        colleagues=work.any_of(work.receivers(runtime, keys, actor=actor), but=actor.username),
        undo=offered_undo(),
        errors=errors or {},
        typed=request.form,
        sorts=SORTS,
        **shown,
    )


def offered_undo() -> dict[str, Any]:
    """The last act that can be undone: its `steps`, its moment `at` and its `text`; empty when it is too long ago."""
    kept: dict[str, Any] = session.get("undo") or {}
    fresh = current_runtime().now().timestamp() - kept.get("at", 0) < UNDO_FOR.total_seconds()
    return kept if fresh else {}


def _kept() -> dict[str, str]:
    """The parameters of this page's filter, for its links."""
    given = request.args
    return {name: given[name] for name in PARAMETERS if given.get(name)}


def _wanted() -> InboxFilter:
    given = request.args
    whose, sort = given.get("whose", "all"), given.get("sort", "urgency")
    return InboxFilter(
        whose=whose if whose in SCOPES else "all",  # type: ignore[arg-type]
        sort=sort if sort in SORTS else "urgency",  # type: ignore[arg-type]
        group=given.get("group") or None,
        kind=given.get("kind") or None,
        channel=given.get("channel") or None,
        tier=given.get("tier") or None,
        level=given.get("level") or None,
        search=given.get("q", ""),
        overdue="overdue" in given,
        unread="unread" in given,
    )


def _list() -> dict[str, Any]:
    actor, runtime = current_actor(), current_runtime()
    page: InboxPage = list_inbox(runtime, actor=actor, wanted=_wanted(), cursor=request.args.get("cursor"), limit=PAGE)
    picked = set(request.form.getlist("task", type=int))
    # Who is an agent too takes calls.
    posts = [] if "agent" in actor.groups else [role for role in WORDS["empty_inbox"] if role in actor.groups]
    return {
        "page": page,
        "picked": picked,
        "post": next(iter(posts), None),
        "counts": count_inbox(runtime, actor=actor),
        "groups": sorted(actor.groups),
    }
