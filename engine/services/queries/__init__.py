"""Searching what runs and what ran: filter, sort and page, by the field names of Camunda 8's REST API."""

from engine.services.queries.fields import Field
from engine.services.queries.query import Page, Request, Resource, get, search
from engine.services.queries.resources import RESOURCES
from engine.services.queries.scopes import seen_scopes, seen_variables
from engine.services.queries.statistics import decision_instances, element_counts

__all__ = [
    "RESOURCES",
    "Field",
    "Page",
    "Request",
    "Resource",
    "decision_instances",
    "element_counts",
    "get",
    "search",
    "seen_scopes",
    "seen_variables",
]
