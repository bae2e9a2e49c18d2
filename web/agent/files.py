"""Views of a case's files: adding, looking at, downloading."""

from __future__ import annotations

from typing import Any

from flask import Response as Answer
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import Headers
from werkzeug.http import dump_options_header

from engine.errors import InvalidInput
from engine.services import attachments
from engine.services.attachments import File
from web.agent import cases
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime


@agent.post("/cases/<number>/files")
@requires("cases.write")
def add_file(number: str) -> Any:
    chosen = [upload for upload in request.files.getlist("file") if upload.filename]
    try:
        if not chosen:
            raise InvalidInput("No file was sent.", {"file": ["请选择文件 / Choose a file."]})
        for upload in chosen:
            name, content = upload.filename or "", upload.read()
            public = "public" in request.form
            attachments.attach(current_runtime(), number, name, content, actor=current_actor(), public=public)
    except InvalidInput as error:
        return cases.page(number, error), 422
    return cases.back(number, _("文件已上传。"))


@agent.get("/cases/<number>/files/<int:key>")
@requires("cases.read")
def show_file(number: str, key: int) -> Answer:
    """A picture is shown; anything else is a download, so that no browser runs it as one of our pages."""
    small = "thumbnail" in request.args
    file = attachments.read_attachment(current_runtime(), number, key, actor=current_actor(), thumbnail=small)
    return Answer(file.content, headers=_headers(file))


def _headers(file: File) -> Headers:
    inline = file.media_type.startswith("image/") and "download" not in request.args
    # RFC 6266: a name beyond ASCII is given by `filename*`.
    disposition = dump_options_header("inline" if inline else "attachment", {"filename": file.name})
    return Headers(
        {
            "Content-Type": file.media_type,
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; img-src 'self'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
    )
