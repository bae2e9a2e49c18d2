"""Figures that every manager asks for, computed from what the desk's work leaves behind; each has its definition and its cases."""

from engine.services.figures.collecting import Cut
from engine.services.figures.definitions import DEFINITIONS, MONTHLY_REGISTRATIONS, Definition, registration_score
from engine.services.figures.period import NAMED, Period, named_period, span
from engine.services.figures.reading import (
    DIMENSIONS,
    AgentLine,
    Line,
    Report,
    agents,
    cases_behind,
    choices,
    report,
)
from engine.services.figures.samples import Figure, percentile

__all__ = [
    "DEFINITIONS",
    "DIMENSIONS",
    "MONTHLY_REGISTRATIONS",
    "NAMED",
    "AgentLine",
    "Cut",
    "Definition",
    "Figure",
    "Line",
    "Period",
    "Report",
    "agents",
    "cases_behind",
    "choices",
    "named_period",
    "percentile",
    "registration_score",
    "report",
    "span",
]
