"""The job type message.publish: the header `message` with the variables `correlation_key` and `variables`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.calendars import parse_duration
from engine.errors import InvalidInput
from engine.persistence import UnitOfWork
from engine.runtime import JobContext, Runtime
from engine.services.handlers.once import once, text
from engine.services.messages import publish_within
from engine.services.turn import Turn


def publish(runtime: Runtime, job: JobContext) -> Mapping[str, Any]:
    """Publish a message for others to catch, once; the header `time_to_live` says how long it is kept (not at all).

    Answers `message_key` as text, and `caught`: how many instances took it at once.
    """

    def work(uow: UnitOfWork) -> dict[str, Any]:
        name = job.headers.get("message") or text(job, "message")
        if not name:
            raise InvalidInput("The job message.publish needs the header message.")
        carried = job.variables.get("variables")
        variables = carried if isinstance(carried, dict) else {}
        lives = job.headers.get("time_to_live")
        turn = Turn(runtime, uow)
        ttl = parse_duration(lives) if lives else timedelta(0)
        published = publish_within(turn, name, text(job, "correlation_key"), variables, ttl, job.idempotency_key)
        turn.finish()
        return {"message_key": str(published.key), "caught": len(published.correlated)}

    return once(runtime, job, work)
