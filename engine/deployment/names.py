"""Names of functions beside FEEL's own that expressions of diagrams, forms and decisions may call and that need announcing."""

EXTRA_NAMES = (
    "business deadline",
    "business duration",
    "business hours open",
    "statutory deadline",
    "sla",
    "setting",
    "case owner",
)
