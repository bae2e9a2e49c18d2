"""The one error of this package: a file that cannot be used as a decision model at all."""

from collections.abc import Sequence

from engine.deployment.findings import Finding
from engine.errors import InvalidInput


class DecisionModelError(InvalidInput):
    """The file is no usable DMN; `findings` says what is wrong and where, at least one of them an error."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        first = next((found for found in self.findings if found.severity == "error"), self.findings[0])
        super().__init__(f"{first.message} {first.hint}".strip())
