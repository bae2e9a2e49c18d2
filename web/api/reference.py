"""The API's description as a page to read and to try: Swagger UI, bundled with the desk's own scripts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

reference = Blueprint("reference", __name__, template_folder="templates")


@reference.get("/v2/docs")
def show_reference() -> str:
    return render_template("api/reference.html")


@reference.get("/api/docs")
def other_address() -> Response:
    return redirect(url_for(".show_reference"))
