"""What a customer reads when something is refused: why, and the way on."""

from __future__ import annotations

from flask import Response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests

from engine.errors import NotFound
from engine.services.cases.links import LinkRefused
from web import errors
from web.portal.blueprint import portal

Answer = tuple[Response | str, int]


@portal.errorhandler(LinkRefused)
def link_refused(_error: LinkRefused) -> Answer:
    title = _("链接无效或已过期")
    return _page(403, title, _("请用单号和联系方式重新查询，或使用我们最近一条消息里的链接。"), find=True)


@portal.errorhandler(NotFound)
def not_found(_error: NotFound) -> Answer:
    title = _("请先核对身份")
    return _page(404, title, _("为了保护您的信息，请填写单号和当时留下的联系方式。"), find=True)


@portal.errorhandler(TooManyRequests)
def too_often(_error: TooManyRequests) -> Answer:
    return _page(429, _("操作太频繁"), _("请稍等几分钟再试。您已填写的内容，按返回键仍可看到。"))


@portal.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Answer:
    text = _("一次上传的文件合计不能超过 30 MB。请按返回键，减少照片后再提交；其余照片可在提交后补充。")
    return _page(413, _("照片太大"), text)


def _page(status: int, title: str, text: str, find: bool = False) -> Answer:
    if errors.wants_json():
        return errors.answer(status, text)
    shown = render_template("portal/refusal.html", title=title, text=text, find=find, given={}, problem=None)
    return shown, status
