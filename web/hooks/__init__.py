"""Signed requests of services outside: a payment, a warehouse or a courier tells us what has become of something.

No session and no token: the signature over the body is the credential, checked by the service before the body is read.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, jsonify, request
from flask_wtf.csrf import CSRFProtect

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.services.shop.callbacks import take_callback
from web.ui.context import current_runtime

hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


def register(app: Flask, csrf: CSRFProtect) -> None:
    csrf.exempt(hooks)
    app.register_blueprint(hooks)


@hooks.post("/services")
def service_callback() -> tuple[Response, int]:
    """Taken (200), ignored because nothing waits for it (200), or refused: 400, 403, 404 with a sentence."""
    try:
        answer = take_callback(current_runtime(), request.get_data(cache=False), request.headers)
    except Forbidden as error:
        return jsonify(error=str(error)), 403
    except NotFound as error:
        return jsonify(error=str(error)), 404
    except InvalidInput as error:
        return jsonify(error=str(error), fields=error.fields), 400
    return jsonify(result=answer), 200
