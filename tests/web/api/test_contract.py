"""What the API answers to anything at all is what its description says: schemathesis makes the calls from the description.

Half of them go to things that are really there, for a random key finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from engine.clock import MovableClock
from engine.config import Settings
from engine.persistence import create_all
from engine.runtime import Runtime
from engine.services import people
from engine.services.startup import wire
from tests.conftest import START
from tests.web.api.conftest import PASSWORD, Api
from tests.web.api.contract import CHECKS, furnish, tame
from web.app import create_app

FEW, MANY = 2, 6  # calls of each operation, as the description wants them, and as many that it does not want


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Api, dict[str, list[str]]]]:
    home = tmp_path_factory.mktemp("contract")
    settings_ = Settings(
        home=home,
        database_url=f"sqlite:///{home / 'kefuflow.db'}",
        mode="test",
        admin_password=PASSWORD,
        secret_key="of this test",
        api_rate_limit="1000000 per minute",
    )
    runtime = Runtime(settings_, clock=MovableClock(START))
    create_all(runtime.database)
    wire(runtime)
    people.ensure_admin(runtime)
    app = create_app(runtime)
    api = Api(runtime, app.test_client())
    keys = furnish(api)
    yield schemathesis.openapi.from_wsgi("/v2/openapi.json", app), api, keys
    runtime.close()


def operations(schema: Any) -> list[Any]:
    return [result.ok() for result in schema.get_all_operations()]


MODES = pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"]
)


@MODES
def test_every_answer_is_one_that_is_described(described, mode):
    assert all_tried(described, mode, FEW) == []


@pytest.mark.full
@MODES
def test_every_answer_is_one_that_is_described_however_often_one_tries(described, mode):
    assert all_tried(described, mode, MANY) == []


def all_tried(described: tuple[Any, Api, dict[str, list[str]]], mode: GenerationMode, examples: int) -> list[str]:
    schema, api, keys = described
    each = [operation for operation in operations(schema) if "/clock" not in operation.path]
    return [wrong for operation in each for wrong in tried(operation, mode, api, keys, examples)]


def tried(operation: Any, mode: GenerationMode, api: Api, keys: dict[str, list[str]], examples: int) -> list[str]:
    """What went wrong with one operation."""
    resource = operation.path.split("/")[2]
    real = st.one_of(st.none(), st.sampled_from(keys.get(resource) or ["1"]))

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), key=real)
    def check(case: Any, key: str | None) -> None:
        tame(case, key)
        case.call_and_validate(headers=api.headers, checks=CHECKS)

    try:
        check()
    except Unsatisfiable:
        return []  # a call without anything to give has no unfitting form
    except Exception as error:
        return [f"{operation.method.upper()} {operation.path}: {error}"]
    return []
