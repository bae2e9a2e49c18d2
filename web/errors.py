"""Which error of the engine is which HTTP status, as a page or as JSON. Nothing else knows a status code."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine import errors

log = logging.getLogger("kefuflow.web")

STATUS: list[tuple[type[Exception], int]] = [
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.InvalidInput, 422),
    (errors.Forbidden, 403),
    (errors.Unavailable, 503),
    (errors.KefuflowError, 400),
]


def status_of(error: Exception) -> int:
    return next(status for kind, status in STATUS if isinstance(error, kind))


def title_of(status: int) -> str:
    """The sentence that a page of this status begins with, in the reader's language."""
    titles = {
        400: _("请求有误"),
        401: _("请先登录"),
        403: _("没有权限"),
        404: _("找不到这个页面"),
        405: _("不支持的操作"),
        409: _("已被他人处理"),
        413: _("上传内容过大"),
        422: _("填写有误"),
        429: _("操作太频繁"),
        500: _("系统出错了"),
        503: _("服务暂时不可用"),
    }
    return titles.get(status, _("请求有误"))


def wants_json() -> bool:
    return request.path.startswith(("/v2/", "/api/")) or request.accept_mimetypes.best == "application/json"


def answer(status: int, message: str, fields: dict[str, Any] | None = None) -> tuple[Response | str, int]:
    if wants_json():
        body: dict[str, Any] = {"message": message}
        if fields:
            body["errors"] = fields
        return jsonify(body), status
    return render_template("ui/error.html", status=status, title=title_of(status), message=message), status


def _engine_error(error: errors.KefuflowError) -> tuple[Response | str, int]:
    fields = error.fields if isinstance(error, errors.InvalidInput) else None
    return answer(status_of(error), str(error), fields)


def _http_error(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    return answer(status, title_of(status))


def _csrf_error(error: CSRFError) -> tuple[Response | str, int]:
    if request.blueprint == "portal":
        return answer(400, _("页面已过期，请刷新后重试；已填写的内容请先复制。"))
    return answer(400, _("您已退出登录。请在新标签页登录，再回到刚才的页面重试，填写的内容还在那里。"))


def _unfit(error: errors.Unfit) -> tuple[Response | str, int]:
    """In an address it names what is not there."""
    return answer(404, title_of(404)) if request.method == "GET" else _engine_error(error)


def _out_of_range(error: OverflowError) -> tuple[Response | str, int]:
    """A number that no key can be: SQLite's driver refuses it, PostgreSQL finds nothing under it."""
    log.warning("a number out of range at %s %s", request.method, request.path, exc_info=error)
    return answer(404, title_of(404))


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    log.exception("unexpected error at %s %s", request.method, request.path)
    return answer(500, _("系统出错了，错误已记录，请稍后重试。"))


def register(app: Flask) -> None:
    app.register_error_handler(errors.KefuflowError, _engine_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(errors.Unfit, _unfit)
    app.register_error_handler(OverflowError, _out_of_range)
    app.register_error_handler(Exception, _unexpected)
