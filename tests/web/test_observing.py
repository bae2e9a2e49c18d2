"""Health, figures and request ids: what the people who run it see, also when the database is away or too old."""

import json
import logging
import re
import urllib.request
from datetime import timedelta
from urllib.error import HTTPError

import pytest
from sqlalchemy import create_engine, text, update

from engine.clock import MovableClock
from engine.config import Settings
from engine.model.job import Job
from engine.persistence import create_all, migrate
from engine.runtime import Runtime
from engine.services.startup import wire
from tests.conftest import START
from web.app import create_app
from web.watching import watch


def figure(text_of_metrics, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", text_of_metrics, re.MULTILINE)
    return float(found[1]) if found else None


def test_commands_jobs_and_requests_are_counted(desk):
    desk.complain()
    page = desk.app.test_client().get("/metrics")
    assert page.status_code == 200
    assert figure(page.text, 'kefuflow_commands_total{command="starting.start_with_form",outcome="done"}') == 1
    assert figure(page.text, 'kefuflow_jobs_total{outcome="completed",type="case.open"}') >= 1
    assert figure(page.text, 'kefuflow_job_lateness_seconds_count{type="case.open"}') >= 1
    assert figure(page.text, "kefuflow_incidents_open") == 0
    assert figure(page.text, "kefuflow_database_up") == 1
    assert figure(page.text, 'kefuflow_database_connections{state="limit"}') == 20
    again = desk.app.test_client().get("/metrics").text
    assert figure(again, 'kefuflow_http_requests_total{endpoint="figures",method="GET",status="200"}') >= 1


def test_what_is_overdue_is_told_also_when_this_process_has_no_worker_for_it(desk):
    desk.complain()
    changes = {"type": "of.another.worker", "run_at": START, "state": "CREATED"}
    with desk.runtime.unit_of_work() as uow:
        uow.connection.execute(update(Job).values(**changes))
    desk.clock.advance(timedelta(minutes=10))
    page = desk.app.test_client().get("/metrics").text
    assert figure(page, 'kefuflow_jobs_due{type="of.another.worker"}') >= 1
    assert figure(page, 'kefuflow_jobs_overdue_seconds{type="of.another.worker"}') == 600


def test_figures_are_not_for_everybody(desk):
    client = desk.app.test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "8.8.8.8"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "172.18.0.5"}).status_code == 200


@pytest.fixture
def app_of(tmp_path):
    """An application over an SQLite file of the given settings; nothing is made in it."""
    opened = []

    def make(**changes):
        settings = Settings(home=tmp_path, mode="test", secret_key="a test's", **changes)
        runtime = Runtime(settings, clock=MovableClock(START))
        wire(runtime)
        opened.append(runtime)
        return create_app(runtime)

    yield make
    for runtime in opened:
        runtime.close()


def test_with_a_token_only_who_sends_it_sees_the_figures(app_of):
    app = app_of(metrics_token="s3cret")
    create_all(app.extensions["kefuflow"].database)
    client = app.test_client()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    sent = {"Authorization": "Bearer s3cret", "X-Forwarded-For": "8.8.8.8"}
    assert client.get("/metrics", headers=sent).status_code == 200


def test_health_and_readiness_while_the_schema_is_not_there_yet(app_of):
    client = app_of().test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "migrating"})


def test_readiness_when_nothing_is_deployed(app_of):
    app = app_of()
    migrate(app.extensions["kefuflow"].database)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "nothing deployed"})


def test_health_readiness_and_figures_while_the_database_is_away(app_of):
    client = app_of(database_url="postgresql://nobody@127.0.0.1:1/none").test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "database unavailable"})
    page = client.get("/metrics")
    assert page.status_code == 200
    assert figure(page.text, "kefuflow_database_up") == 0
    assert client.get("/sign-in").status_code in (200, 503)


def test_an_old_process_stays_ready_while_a_newer_release_has_migrated(app_of, tmp_path):
    app = app_of()
    database = app.extensions["kefuflow"].database
    migrate(database)
    engine = create_engine(f"sqlite:///{tmp_path / 'kefuflow.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert app.test_client().get("/readyz").json == {"status": "nothing deployed"}
    migrate(database)  # an old process that is started again leaves it alone


def test_an_answer_carries_the_request_id_and_the_log_has_it_with_the_case(desk, caplog):
    number = desk.complain()
    with caplog.at_level(logging.INFO, "kefuflow.request"):
        answer = desk.get("ann", f"/desk/cases/{number}", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["X-Request-ID"] == "abc-1"
    record = caplog.records[-1]
    assert record.fields["number"] == number
    assert record.fields["user"] == "ann"
    strange = desk.get("ann", "/desk/", headers={"X-Request-ID": "a b\tc"}).headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", strange)


def test_a_customers_signed_link_is_not_in_the_log(desk, caplog):
    with caplog.at_level(logging.INFO, "kefuflow.request"):
        desk.app.test_client().get("/portal/c/a-secret-token")
    assert "/portal/c/<token>" in caplog.records[-1].getMessage()
    assert "a-secret-token" not in str([record.__dict__ for record in caplog.records])


def test_a_worker_process_has_a_window_of_its_own(desk):
    server = watch(desk.runtime, "127.0.0.1:0")
    base = f"http://127.0.0.1:{server.server_port}"
    with urllib.request.urlopen(f"{base}/healthz") as answer:
        assert json.load(answer) == {"status": "alive"}
    with pytest.raises(HTTPError) as refused:  # the tests' desk is made without migrations
        urllib.request.urlopen(f"{base}/readyz")
    assert json.load(refused.value) == {"status": "migrating"}
    with urllib.request.urlopen(f"{base}/metrics") as answer:
        assert b"kefuflow_database_up 1.0" in answer.read()
    server.shutdown()
    server.server_close()
