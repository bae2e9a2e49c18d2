"""Views of callback campaigns: whom one reaches, shown before it starts; starting, stopping, and what came of it by tier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.errors import Conflict, InvalidInput, Unavailable
from engine.services import callbacks, campaigns
from engine.services.campaigns import CampaignView, Choice, Wishes
from web.auth.session import requires
from web.supervisor.blueprint import supervisor
from web.ui.context import current_actor, current_runtime
from web.ui.forms import Errors, field_sentences

Answer = Response | str | tuple[str, int]
NUMBERS = ("bought_within", "not_bought_for", "silent_for", "every_A", "every_B", "every_C", "most_a_run")


@supervisor.get("/campaigns")
@requires("campaigns.manage")
def list_campaigns() -> str:
    now, actor = current_runtime().now(), current_actor()
    found = campaigns.list_campaigns(current_runtime(), actor=actor)
    effect = callbacks.effect_by_tier(current_runtime(), now - timedelta(days=30), now, actor=actor)
    return render_template("supervisor/campaigns.html", campaigns=found, effect=effect)


@supervisor.route("/campaigns/new", methods=["GET", "POST"])
@requires("campaigns.manage")
def new_campaign() -> Answer:
    """The form; `preview` shows whom it reaches and keeps nothing, `keep` makes a draft."""
    if request.method == "GET":
        return _form(_blank())
    return _sent(None)


@supervisor.get("/campaigns/<int:key>")
@requires("campaigns.manage")
def show_campaign(key: int) -> str:
    actor = current_actor()
    campaign = campaigns.get_campaign(current_runtime(), key, actor=actor)
    since, until = campaign.created_at, current_runtime().now() + timedelta(seconds=1)
    effect = callbacks.effect_by_tier(current_runtime(), since, until, actor=actor, campaign_key=key)
    choice = _reach(_wishes_of(campaign)) if campaign.state in ("draft", "running") else None
    return render_template("supervisor/campaign.html", campaign=campaign, effect=effect, choice=choice)


@supervisor.route("/campaigns/<int:key>/change", methods=["GET", "POST"])
@requires("campaigns.manage")
def change_campaign(key: int) -> Answer:
    campaign = campaigns.get_campaign(current_runtime(), key, actor=current_actor())
    if request.method == "GET":
        return _form(_typed(campaign), campaign=campaign)
    return _sent(campaign)


@supervisor.post("/campaigns/<int:key>/start")
@requires("campaigns.manage")
def start_campaign(key: int) -> Response:
    return _do(key, campaigns.start_campaign, _("已启动，正在安排回访。"))


@supervisor.post("/campaigns/<int:key>/stop")
@requires("campaigns.manage")
def stop_campaign(key: int) -> Response:
    return _do(key, campaigns.stop_campaign, _("已叫停，还没打的回访都已撤下。"))


def _do(key: int, service: Any, said: str) -> Response:
    try:
        service(current_runtime(), key, actor=current_actor())
        flash(said, "success")
    except Conflict:
        flash(_("活动的状态已经变了，请看最新情况。"), "warning")
    except Unavailable:
        flash(_("还没有部署回访活动的流程，无法启动。"), "error")
    return redirect(url_for(".show_campaign", key=key), 303)


def _sent(campaign: CampaignView | None) -> Answer:
    typed = {**request.form.to_dict(), "tiers": request.form.getlist("tiers")}
    try:
        wishes = campaigns.wishes_from({**typed, "ends_at": _moment(typed.get("ends_at", ""))}, current_runtime().now())
    except InvalidInput as error:
        return _form(typed, field_sentences(error), campaign), 422
    if "preview" in request.form:
        return _form(typed, campaign=campaign, choice=_reach(wishes))
    if campaign is None:
        key = campaigns.create_campaign(current_runtime(), wishes, actor=current_actor())
        return redirect(url_for(".show_campaign", key=key), 303)
    try:
        revision = int(request.form.get("revision", "0") or 0)
        campaigns.change_campaign(current_runtime(), campaign.key, revision, wishes, actor=current_actor())
    except Conflict:
        flash(_("活动已被他人修改或已经启动，请看最新情况。"), "warning")
    return redirect(url_for(".show_campaign", key=campaign.key), 303)


def _form(
    typed: dict[str, Any],
    errors: Errors | None = None,
    campaign: CampaignView | None = None,
    choice: Choice | None = None,
) -> str:
    return render_template(
        "supervisor/campaign_form.html", typed=typed, errors=errors or {}, campaign=campaign, choice=choice
    )


def _reach(wishes: Wishes) -> Choice:
    return campaigns.preview(current_runtime(), wishes, actor=current_actor())


def _wishes_of(campaign: CampaignView) -> Wishes:
    filters = {**campaign.filters, "tiers": tuple(campaign.filters.get("tiers", ()))}
    return Wishes(
        campaign.name, campaign.ends_at, frequency=campaign.frequency, most_a_run=campaign.most_a_run, **filters
    )


def _blank() -> dict[str, Any]:
    ends = current_runtime().now().astimezone(_zone()) + timedelta(days=90)
    return {
        "tiers": ["A", "B"],
        "every_A": 30,
        "every_B": 90,
        "every_C": 180,
        "most_a_run": 100,
        "ends_at": ends.strftime("%Y-%m-%d"),
    }


def _typed(campaign: CampaignView) -> dict[str, Any]:
    every = {f"every_{tier}": days for tier, days in campaign.frequency.items()}
    shown = {name: "" if value is None else value for name, value in campaign.filters.items()}
    ends = campaign.ends_at.astimezone(_zone()).strftime("%Y-%m-%d")
    return {**shown, **every, "name": campaign.name, "most_a_run": campaign.most_a_run, "ends_at": ends}


def _moment(text: str) -> datetime | None:
    """The end of that day at the desk."""
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d")  # noqa: DTZ007 - the zone is added below
    except ValueError:
        return None
    return day.replace(hour=23, minute=59, tzinfo=_zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(current_runtime().settings.time_zone)
