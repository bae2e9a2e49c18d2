"""How values are written for people: moments in their zone, money, durations, sizes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from flask import Flask
from flask_babel import format_datetime, ngettext, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup, escape

from engine.services.people import Colleague


def moment(value: datetime | None, style: str = "short") -> str:
    """A moment in the reader's zone: `short` 03-02 14:05, `long` 2026-03-02 14:05."""
    if value is None:
        return "—"
    return format_datetime(value, "yyyy-MM-dd HH:mm" if style == "long" else "MM-dd HH:mm")


def time_tag(value: datetime | None, style: str = "short") -> Markup:
    if value is None:
        return Markup("—")
    local = to_user_timezone(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), local.strftime("%Y-%m-%d %H:%M:%S %Z"), moment(value, style)
    )


def iso_tag(text: str | None) -> Markup:
    """A moment that was written down as ISO 8601."""
    return time_tag(datetime.fromisoformat(text), "long") if text else Markup("—")


def local_input(value: datetime | None) -> str:
    """A moment as a `datetime-local` input holds it, in the reader's zone."""
    return "" if value is None else to_user_timezone(value).strftime("%Y-%m-%dT%H:%M")


def due_tag(value: datetime | None, warn: datetime | None = None, paused: bool = False) -> Markup:
    """A deadline that the browser counts down; without a script it is the moment itself."""
    if value is None and not paused:
        return Markup('<span class="text-secondary">—</span>')
    attributes = Markup("")
    if value is not None:
        attributes += Markup(' datetime="{0}" data-due="{0}"').format(value.isoformat())
    if warn is not None:
        attributes += Markup(' data-warn="{}"').format(warn.isoformat())
    if paused:
        attributes += Markup(" data-paused")
    return Markup("<time{}>{}</time>").format(attributes, moment(value))


def money(value: Decimal | int | float | None) -> str:
    return "—" if value is None else f"¥{Decimal(str(value)):,.2f}"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: 3 天 4 小时, 25 分钟."""
    if seconds is None:
        return "—"
    minutes = round(abs(seconds) / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    named = ((days, ngettext("%(num)d 天", "%(num)d 天", days)), (hours, _("%(num)d 小时", num=hours)))
    parts = [text for number, text in named if number]
    if (minutes and not days) or not parts:
        parts.append(_("%(num)d 分钟", num=minutes))
    return ("-" if seconds < -30 else "") + " ".join(parts[:2])


def phone(value: str | None) -> str:
    """A mainland mobile number in its groups, 138 0013 8000; any other, or one that is hidden, as it is."""
    if not value:
        return "—"
    is_mobile = len(value) == 11 and value.startswith("1") and value.isdigit()
    return f"{value[:3]} {value[3:7]} {value[7:]}" if is_mobile else value


def size(value: int) -> str:
    return f"{max(value / 1024, 1):.0f} KB" if value < 1024 * 1024 else f"{value / 1024 / 1024:.1f} MB"


def lines(value: str | None) -> Markup:
    """Text with its line breaks."""
    return Markup("<br>").join(escape(line) for line in (value or "").splitlines())


def at_work(colleague: Colleague) -> str:
    """What stands behind a colleague's name in a choice: that they take work now, or are away and until when."""
    shown = _("接单中") if colleague.online else ""
    if colleague.away:
        until = colleague.away_until
        shown = _("离岗至 %(moment)s", moment=moment(until)) if until else _("离岗")
    return f" · {shown}" if shown else ""


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        moment=moment,
        time_tag=time_tag,
        iso_tag=iso_tag,
        local_input=local_input,
        due_tag=due_tag,
        money=money,
        duration=duration,
        phone=phone,
        size=size,
        lines=lines,
        at_work=at_work,
    )
