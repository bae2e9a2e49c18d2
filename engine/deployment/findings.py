"""What a check of a diagram, decision table or form found: one frozen record a remark, in both languages of the interface."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one place in a file.

    An `error` keeps the file from being deployed, a `warning` does not. `code` is stable and lower-case with dashes;
    `line` is 1-based in the file as it was sent, None where it has no meaning; `hint` says what to do about it.
    """

    severity: Severity
    file: str
    element_id: str | None
    element_name: str | None
    line: int | None
    code: str
    message: str
    message_zh: str
    hint: str
    hint_zh: str
