"""The blueprint that every module of the agent's pages adds its views to."""

from flask import Blueprint

agent = Blueprint("agent", __name__, url_prefix="/desk", template_folder="templates")
