"""One way out: the first whose condition holds, else the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.execution.node import Node
from engine.execution.token import Token

if TYPE_CHECKING:
    from engine.execution.process import Exit


class ExclusiveGateway(Node):
    """Every token that comes goes on by itself."""

    def choose(self, token: Token) -> list[Exit]:
        run = token.workflow
        context = run.context(token) if self.conditional else {}
        for way in self.exits:
            if way.holds(context, run.now):
                return [way]
        return [self.default_exit()] if self.exits else []
