"""Settings: defaults, and the sentences with which a strange value stops the start."""

import stat
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import ConfigError


def test_with_no_variables_the_data_lies_in_the_data_folder():
    settings = Settings.from_env({"PATH": "/bin"})
    assert settings.database == "sqlite:///data/kefuflow.db"
    assert settings.bind == "127.0.0.1:8000"
    assert settings.processes_dir.name == "processes"


def test_the_test_suites_own_variables_are_nobody_elses_business():
    Settings.from_env({"KEFUFLOW_TEST_POSTGRES_URL": "postgresql://127.0.0.1/postgres"})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KEFUFLOW_DATABSE_URL", "sqlite://", "no setting"),
        ("KEFUFLOW_DATABASE_URL", "mysql://secret@host/db", "must begin with sqlite://"),
        ("KEFUFLOW_MODE", "prod", "must be one of"),
        ("KEFUFLOW_BIND", "8000", "an address and a port"),
        ("KEFUFLOW_BIND", "127.0.0.1:99999", "an address and a port"),
        ("KEFUFLOW_SMTP_PORT", "-1", "whole number"),
        ("KEFUFLOW_SMTP_TLS", "maybe", "true or false"),
        ("KEFUFLOW_WORKER_THREADS", "0", "at least 1"),
        ("KEFUFLOW_EXTERNAL_JOBS", "case.open,,order.load", "commas between them"),
        ("KEFUFLOW_EXTERNAL_JOBS", "case.open, *", "commas between them"),
        ("KEFUFLOW_TRUSTED_PROXIES", "all", "whole number"),
        ("KEFUFLOW_TRUSTED_PROXIES", "99", "at most 10"),
        ("KEFUFLOW_PROCESSES", "/nowhere/at/all", "no folder"),
        ("KEFUFLOW_ORDERS_URL", "ftp://orders", "must begin with http://"),
    ],
)
def test_a_strange_value_stops_the_start_with_a_sentence(name, value, says):
    with pytest.raises(ConfigError, match=says) as caught:
        Settings.from_env({name: value})
    assert name in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_signing_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path):
    settings = Settings(home=tmp_path / "home")
    key = settings.signing_key()
    assert len(key) >= 32
    assert Settings(home=tmp_path / "home").signing_key() == key
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret_key"]


def test_a_given_signing_key_wins(tmp_path: Path):
    assert Settings(home=tmp_path, secret_key="chosen").signing_key() == "chosen"
