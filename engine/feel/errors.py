"""What can go wrong with a FEEL text: one error for the caller, one signal that stays inside the package."""

from engine.errors import InvalidInput


class FeelSyntaxError(InvalidInput):
    """The text is not FEEL. `line` and `column` count from 1; `message_zh` says the same in Chinese."""

    def __init__(self, message: str, column: int, line: int, text: str, message_zh: str = "") -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.column = column
        self.line = line
        self.text = text
        self.message_zh = f"第 {line} 行第 {column} 列：{message_zh or '表达式语法有误。'}"


class FailedAssertion(str):
    """The warning of an assert() that did not hold: who evaluates may take it for more than a warning."""

    __slots__ = ()


class FeelLimitExceeded(Exception):
    """An evaluation took more steps, time or memory than it may; becomes null and a warning."""
