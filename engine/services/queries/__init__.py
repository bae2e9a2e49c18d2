"""Searching what runs and what ran: filter, sort and page, by the field names of Camunda 8's REST API."""

from engine.services.queries.query import Page, Request, get, search
from engine.services.queries.resources import RESOURCES
from engine.services.queries.scopes import seen_scopes
from engine.services.queries.statistics import decision_trace, element_counts

__all__ = ["RESOURCES", "Page", "Request", "decision_trace", "element_counts", "get", "search", "seen_scopes"]
