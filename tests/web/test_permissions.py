"""Every page of the desk asks for a permission, and every form for a token: tried with people who lack it."""

import pytest

from engine.services import people
from tests.web.desk import POSTS

# Which permission each page asks for; a page that is not listed here fails the test below.
PAGES = {
    "agent.inbox": "tasks.work",
    "agent.inbox_list": "tasks.work",
    "agent.claim": "tasks.work",
    "agent.release": "tasks.work",
    "agent.set_online": "tasks.work",
    "agent.show_task": "tasks.work",
    "agent.submit_task": "tasks.work",
    "agent.save_draft": "tasks.work",
    "agent.upload_to_task": "tasks.work",
    "agent.act_on_tasks": "tasks.work",
    "agent.undo_act": "tasks.work",
    "agent.list_macros": "tasks.work",
    "agent.new_macro": "tasks.work",
    "agent.make_macro": "tasks.work",
    "agent.edit_macro": "tasks.work",
    "agent.change_macro": "tasks.work",
    "agent.delete_macro": "tasks.work",
    "agent.apply_macro": "tasks.work",
    "agent.keep_filter": "tasks.work",
    "agent.drop_filter": "tasks.work",
    "agent.show_notices": "cases.read",
    "agent.bell": "cases.read",
    "agent.mark_read_notice": "cases.read",
    "agent.mark_all_read": "cases.read",
    "agent.find_articles": "cases.read",
    "agent.pick_article": "cases.read",
    "agent.show_article": "cases.read",
    "agent.new_article": "knowledge.write",
    "agent.write_article": "knowledge.write",
    "agent.edit_article": "knowledge.write",
    "agent.change_article": "knowledge.write",
    "agent.archive_article": "knowledge.write",
    "agent.bring_back": "knowledge.write",
    "agent.write_to_customer": "cases.write",
    "agent.transfer": "cases.write",
    "agent.follow": "cases.read",
    "agent.merge": "cases.write",
    "agent.list_cases": "cases.read",
    "agent.show_case": "cases.read",
    "agent.case_now": "cases.read",
    "agent.case_timeline": "cases.read",
    "agent.case_diagram": "cases.read",
    "agent.show_file": "cases.read",
    "agent.add_note": "cases.write",
    "agent.add_contact": "cases.write",
    "agent.add_file": "cases.write",
    "agent.mark_read": "cases.write",
    "agent.say_present": "cases.read",
    "agent.enter_reply": "cases.write",
    "agent.enter_withdrawal": "cases.write",
    "agent.enter_escalation": "cases.write",
    "agent.enter_tracking": "cases.write",
    "agent.enter_received": "cases.write",
    "agent.enter_mediation": "cases.close",
    "agent.find_customers": "customers.read",
    "agent.show_customer": "customers.read",
    "agent.review_customer": "customers.write",
    "agent.new_customer": "customers.write",
    "agent.add_customer": "customers.write",
    "agent.edit_customer": "customers.write",
    "agent.change_customer": "customers.write",
    "agent.startable": "cases.write",
    "agent.show_start": "cases.write",
    "agent.start": "cases.write",
    "agent.upload": "cases.write",
    "supervisor.show_board": "board.read",
    "supervisor.board_now": "board.read",
    "supervisor.want_alerts": "board.read",
    "supervisor.list_tasks": "tasks.read_all",
    "supervisor.assign_tasks": "tasks.assign",
    "supervisor.show_deadlines": "tasks.assign",
    "supervisor.change_task": "tasks.assign",
    "supervisor.move_clock": "tasks.assign",
    "supervisor.list_incidents": "incidents.repair",
    "supervisor.retry_incidents": "incidents.repair",
    "supervisor.retry_found": "incidents.repair",
    "supervisor.show_incident": "incidents.repair",
    "supervisor.repair_incident": "incidents.repair",
    "supervisor.show_figures": "figures.read",
    "supervisor.figure_cases": "figures.read",
    "supervisor.figure_sheet": "figures.read",
    "supervisor.list_workers": "incidents.repair",
    "supervisor.list_reports": "tasks.work",
    "supervisor.list_campaigns": "campaigns.manage",
    "supervisor.new_campaign": "campaigns.manage",
    "supervisor.show_campaign": "campaigns.manage",
    "supervisor.change_campaign": "campaigns.manage",
    "supervisor.start_campaign": "campaigns.manage",
    "supervisor.stop_campaign": "campaigns.manage",
    "supervisor.list_absences": "tasks.assign",
    "supervisor.keep_absence": "tasks.assign",
    "supervisor.end_absence": "tasks.assign",
    "supervisor.show_arrivals": "figures.read",
    "supervisor.arrived_cases": "figures.read",
    "supervisor.arrivals_sheet": "figures.read",
    "supervisor.list_heat": "figures.read",
    "supervisor.show_heat": "figures.read",
    "supervisor.heat_diagram": "figures.read",
    "supervisor.heat_cases": "figures.read",
    "supervisor.show_report": "tasks.work",
    "supervisor.report_sheet": "tasks.work",
    "supervisor.list_instances": "instances.read",
    "supervisor.instances_sheet": "instances.read",
    "supervisor.keep_search": "instances.read",
    "supervisor.drop_search": "instances.read",
    "supervisor.operate_on_many": "instances.read",
    "supervisor.show_instance": "instances.read",
    "supervisor.instance_diagram": "instances.read",
    "supervisor.suspend_instance": "instances.modify",
    "supervisor.resume_instance": "instances.modify",
    "supervisor.cancel_instance": "instances.modify",
    "supervisor.retry_instance": "incidents.repair",
    "supervisor.set_variable": "instances.modify",
    "supervisor.move_token": "instances.modify",
    "supervisor.change_timer": "instances.modify",
    "supervisor.retry_job": "incidents.repair",
    "supervisor.send_message": "instances.modify",
    "supervisor.restart_instance": "instances.modify",
    "supervisor.show_change": "instances.modify",
    "supervisor.change_instance": "instances.modify",
    "supervisor.list_acts": "audit.read",
    "supervisor.audit_sheet": "audit.read",
    "supervisor.list_batches": "instances.read",
    "supervisor.show_batch": "instances.read",
    "supervisor.batch_now": "instances.read",
    "supervisor.control_batch": "instances.modify",
    "supervisor.show_migration": "instances.read",
    "supervisor.run_migration": "instances.modify",
    "supervisor.definition_diagram": "instances.read",
    "supervisor.show_history": "instances.read",
    "supervisor.change_history": "settings.manage",
    "supervisor.show_settings": "settings.manage",
    "supervisor.save_setting": "settings.manage",
    "supervisor.list_outbox": "outbox.read",
    "supervisor.send_again": "outbox.read",
    "supervisor.list_users": "users.manage",
    "supervisor.new_user": "users.manage",
    "supervisor.create_user": "users.manage",
    "supervisor.show_user": "users.manage",
    "supervisor.change_user": "users.manage",
}
GIVEN = {
    "number": "TS20260302-0001", "key": 1, "version": 1, "name": "resolution", "username": "ann", "process_id": "complaint",
    "figure": "registered", "kind": "csv", "file_type": "csv", "element_id": "verify_complaint",
         "act": "suspension", "timer": 1, "job": 1, "wait": 1, "weekday": 0, "hour": 9}  # fmt: skip


def routes(desk):
    """(endpoint, method, path) of every page of both audiences."""
    adapter = desk.app.url_map.bind("localhost")
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith(("agent.", "supervisor.")):
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                values = {name: GIVEN[name] for name in rule.arguments}
                yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def may(name, permission):
    return any(permission in people.ROLES[role].permissions for role in POSTS[name][1])


def test_every_page_is_in_the_table_of_permissions(desk):
    assert {endpoint for endpoint, _, _ in routes(desk)} == PAGES.keys()


@pytest.mark.parametrize("name", ["carl", "wes", "olga", "ann", "lea", "sue"])
def test_a_person_without_the_permission_is_refused(desk, name):
    refused = [route for route in routes(desk) if not may(name, PAGES[route[0]])]
    assert refused
    answers = {
        (endpoint, method): desk.get(name, path) if method == "GET" else desk.send(name, method, path, {})
        for endpoint, method, path in refused
    }
    assert {route: answer.status_code for route, answer in answers.items() if answer.status_code != 403} == {}


def test_a_person_with_the_permission_is_let_in(desk):
    for name in ("ann", "sue", "boss"):
        for endpoint, method, path in routes(desk):
            if method == "GET" and may(name, PAGES[endpoint]):
                assert desk.get(name, path).status_code in (200, 404), (name, path)


def test_a_stranger_is_led_to_the_sign_in_page(desk):
    for _endpoint, method, path in routes(desk):
        if method == "GET":
            answer = desk.app.test_client().get(path)
            assert answer.location.startswith("/sign-in?next="), path


def test_nothing_is_changed_without_the_token_of_the_page(desk):
    client = desk.client("boss")
    changing = [(method, path) for _, method, path in routes(desk) if method != "GET"]
    assert {client.open(path, method=method, data={}).status_code for method, path in changing} == {400}
