"""The one tree of errors that the engine raises.

Every message is a sentence that says what is wrong and what to do; `web/errors.py` alone maps a class to a status code.
A bad diagram is a list of findings, a failed connector an incident, a modelled BPMN error neither: none of those is here.
"""


class KefuflowError(Exception):
    """Anything that Kefuflow refuses or cannot do."""


class ConfigError(KefuflowError):
    """A setting is unknown or impossible; the start stops."""


class InvalidInput(KefuflowError):
    """What the caller sent does not fit; `fields` maps a field's name to its sentences."""

    def __init__(self, message: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Unfit(InvalidInput):
    """A value was sent or asked for that no column holds."""

    def __init__(self) -> None:
        english = "A number is too large, a text is too long, or a character cannot be kept."
        super().__init__(english, {"": [f"有数字太大、文字太长，或含有不能保存的字符 / {english}"]})


class NotFound(KefuflowError):
    """The thing named does not exist in this tenant."""


class Conflict(KefuflowError):
    """Somebody was first, or the thing is in a state that does not allow the command."""


class Forbidden(KefuflowError):
    """This person may not do that."""


class Unavailable(KefuflowError):
    """A service behind us did not answer; trying again later may work."""
