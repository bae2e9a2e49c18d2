from datetime import timedelta
from typing import Any

import pytest

from engine.errors import Forbidden, InvalidInput, NotFound
from engine.runtime import Runtime
from engine.services import settings
from tests.engine.services.desk_people import ADMIN, AGENT


def value(runtime: Runtime, name: str) -> Any:
    with runtime.unit_of_work(read_only=True) as uow:
        return settings.setting(uow, name)


def test_a_setting_has_its_default_until_it_is_changed_and_again_when_it_is_cleared(runtime: Runtime) -> None:
    assert value(runtime, "presales.reply") == "PT5M"
    settings.change_setting(runtime, "presales.reply", "PT2M", actor=ADMIN)
    assert value(runtime, "presales.reply") == "PT2M"
    settings.change_setting(runtime, "presales.reply", None, actor=ADMIN)
    assert value(runtime, "presales.reply") == "PT5M"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("presales.reply", "soon"),
        ("presales.reply", "PT0S"),
        ("attachments.most_files", "many"),
        ("attachments.most_files", 0),
        ("attachments.most_files", 1.5),
        ("shop.free_shipping", -1),
        ("shop.free_shipping", "nan"),
        ("return.address", "  "),
    ],
)
def test_a_value_that_does_not_fit_is_refused(sqlite_runtime: Runtime, name: str, wrong: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        settings.change_setting(sqlite_runtime, name, wrong, actor=ADMIN)
    assert list(refused.value.fields) == [name]
    (sentence,) = refused.value.fields[name]
    assert sentence.count(" / ") == 1


def test_every_default_passes_its_own_check() -> None:
    for spec in settings.SPECS.values():
        assert settings.check(spec, spec.default) == spec.default, spec.name


def test_an_unknown_name_and_a_person_without_permission_are_refused(sqlite_runtime: Runtime) -> None:
    with pytest.raises(NotFound):
        settings.change_setting(sqlite_runtime, "no.such", 1, actor=ADMIN)
    with pytest.raises(Forbidden):
        settings.list_settings(sqlite_runtime, actor=AGENT)


def test_the_list_says_what_was_changed_and_by_whom(sqlite_runtime: Runtime) -> None:
    settings.change_setting(sqlite_runtime, "attachments.most_files", "5", actor=ADMIN)
    sections = settings.list_settings(sqlite_runtime, actor=ADMIN)
    views = {view.spec.name: view for _section, found in sections for view in found}
    changed = views["attachments.most_files"]
    assert (changed.value, changed.changed, changed.changed_by) == (5, True, "root")
    assert not views["presales.reply"].changed


def test_feel_reads_a_duration_as_a_duration(sqlite_runtime: Runtime) -> None:
    with sqlite_runtime.unit_of_work(read_only=True) as uow:
        read = settings.functions(uow, None)["setting"]  # type: ignore[arg-type]
        assert read("presales.reply") == timedelta(minutes=5)
        assert read("attachments.most_files") == 20
        with pytest.raises(ValueError, match="nonsense"):
            read("nonsense")
