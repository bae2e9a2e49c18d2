"""Views of a case's files: adding, looking at, downloading."""

from __future__ import annotations

import io
from typing import Any

from flask import Response as Answer
from flask import request, send_file
from flask_babel import gettext as _

from engine.errors import InvalidInput
from engine.services import attachments
from engine.services.attachments import File
from web.agent import cases
from web.agent.blueprint import agent
from web.auth.session import requires
from web.ui.context import current_actor, current_runtime

PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


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
    return _safely(file)


def _safely(file: File) -> Answer:
    # A browser's own viewer shows a PDF; it needs no script of ours, and the type is what the content showed.
    is_pdf = file.media_type == "application/pdf" and "view" in request.args
    inline = is_pdf or (file.media_type.startswith("image/") and "download" not in request.args)
    content = io.BytesIO(file.content)
    answer = send_file(content, mimetype=file.media_type, as_attachment=not inline, download_name=file.name, etag=False)
    answer.headers["Content-Security-Policy"] = PDF_POLICY if is_pdf else "default-src 'none'; img-src 'self'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer
