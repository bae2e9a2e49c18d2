"""Searching what runs and what ran: filter, sort and page, by the field names of Camunda 8's REST API."""

from engine.services.queries.query import Page, Request, get, search
from engine.services.queries.resources import RESOURCES
from engine.services.queries.scopes import seen_scopes

__all__ = ["RESOURCES", "Page", "Request", "get", "search", "seen_scopes"]
