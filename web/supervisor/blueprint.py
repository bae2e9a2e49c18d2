"""The blueprint that every module of the supervisor's pages adds its views to."""

from flask import Blueprint

supervisor = Blueprint("supervisor", __name__, url_prefix="/board", template_folder="templates")
