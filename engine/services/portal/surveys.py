"""A survey as its page shows it to the customer who was asked."""

from dataclasses import dataclass
from datetime import datetime

from engine.errors import NotFound
from engine.model.case import Case
from engine.model.notification import Survey
from engine.model.permissions import Actor
from engine.runtime import Runtime


@dataclass(frozen=True, slots=True)
class SurveyView:
    key: int
    case_number: str
    case_title: str
    kind: str
    language: str
    answered_at: datetime | None


def open_survey(runtime: Runtime, survey_key: int, *, actor: Actor) -> SurveyView:
    """The survey that a link named. Raises NotFound for another customer's."""
    with runtime.unit_of_work(read_only=True, tenant_id=actor.tenant_id) as uow:
        survey = uow.get(Survey, survey_key)
        case = uow.get(Case, survey.case_key)
        if not is_for(case, actor):
            raise NotFound(f"There is no survey {survey_key} for this customer.")
        return SurveyView(survey.key, case.number, case.title, case.kind, actor.locale, survey.answered_at)


def is_for(case: Case, actor: Actor) -> bool:
    """Whether the case is this customer's, and the one that their link named."""
    own = actor.customer_key is not None and case.customer_key == actor.customer_key
    return own and actor.only_case in (None, case.number)
