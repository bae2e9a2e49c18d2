"""SLA clocks of cases: starting, pausing, moving and meeting them, and the FEEL function that diagrams read them with."""

from engine.services.sla.clocks import CaseClocks, ClockView, clocks_of, view
from engine.services.sla.feel import sla_functions

__all__ = ["CaseClocks", "ClockView", "clocks_of", "sla_functions", "view"]
