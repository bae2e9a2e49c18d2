"""SLA clocks of cases: starting, pausing, moving and meeting them, and the FEEL functions that diagrams read them with."""

from engine.services.sla.clocks import (
    ClockView,
    cancel_clocks,
    clocks_of,
    meet_clock,
    move_clock,
    pause_clock,
    resume_clock,
    start_clock,
    view,
)
from engine.services.sla.feel import sla_functions

__all__ = [
    "ClockView",
    "cancel_clocks",
    "clocks_of",
    "meet_clock",
    "move_clock",
    "pause_clock",
    "resume_clock",
    "sla_functions",
    "start_clock",
    "view",
]
