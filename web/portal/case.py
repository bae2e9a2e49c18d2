"""The page of a case, and its files."""

from __future__ import annotations

from io import BytesIO

from flask import Response, render_template, request, send_file

from engine.services import attachments
from engine.services.portal import case_page
from web.portal import limits
from web.portal.blueprint import case_route
from web.portal.entrance import Visit, visiting
from web.ui.context import current_runtime


@case_route("", endpoint="show_case")
@limits.wrong_links
@visiting
def show_case(visit: Visit) -> str:
    return case_html(visit)


@case_route("/files/<int:key>", endpoint="show_file")
@limits.wrong_links
@visiting
def show_file(visit: Visit, key: int) -> Response:
    small = "small" in request.args
    file = attachments.read_attachment(current_runtime(), visit.number, key, actor=visit.actor, thumbnail=small)
    shown_here = file.media_type.startswith("image/")
    answer = send_file(
        BytesIO(file.content), mimetype=file.media_type, download_name=file.name, as_attachment=not shown_here
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def case_html(visit: Visit, **kept: object) -> str:
    """The page, or the part of it that refreshes itself; `kept` are errors and what was typed when something on it was refused."""
    case = case_page(current_runtime(), visit.number, actor=visit.actor)
    page = "portal/_now.html" if request.headers.get("HX-Request") else "portal/case.html"
    return render_template(page, case=case, visit=visit, **{"errors": {}, "sent": {}, **kept})
