"""The blueprint that every module of these pages adds its views to."""

from flask import Blueprint

intake = Blueprint("intake", __name__, template_folder="templates")
