"""Traces reach a collector over HTTP, join the caller's, and cost nothing where nobody asked for them."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from engine import tracing
from engine.connectors.http.client import JsonClient
from engine.services import deployments, instances
from engine.worker import Worker
from tests.engine.diagrams import ONE_JOB

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def server():
    """An HTTP server that keeps what it is sent, as (path, headers, body)."""
    received = []

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *arguments):
            """Quiet."""

    keeper = HTTPServer(("127.0.0.1", 0), Keeper)
    threading.Thread(target=keeper.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{keeper.server_port}", received
    tracing.shut_down()
    keeper.shutdown()


def _spans(received):
    for path, _, body in received:
        if path == "/v1/traces":
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans


def test_spans_of_a_command_and_a_job_reach_the_collector(server, sqlite_runtime):
    runtime, (url, received) = sqlite_runtime, server
    deployments.deploy(runtime, [("j.bpmn", ONE_JOB)], "owner")
    runtime.handle_jobs("work", lambda _runtime, job: None)
    tracing.configure(url, "worker")
    with tracing.span("request", {}, caller={"Traceparent": CALLER}):
        assert tracing.trace_id() == "0af7651916cd43dd8448eb211c80319c"
        instances.start(runtime, "one_job")
    Worker(runtime, "w").run_due()
    tracing.shut_down()
    spans = {span.name: span for span in _spans(received)}
    assert {"request", "instances.start", "job work", "jobs.complete"} <= set(spans)
    assert spans["request"].parent_span_id.hex() == "b7ad6b7169203331"
    assert spans["instances.start"].parent_span_id == spans["request"].span_id
    assert spans["jobs.complete"].trace_id == spans["job work"].trace_id


def test_a_request_to_a_connector_carries_the_trace(server):
    url, received = server
    tracing.configure(url, "worker")
    with tracing.span("job refund", {}):
        identity = tracing.trace_id()
        JsonClient("shop", url).post("/refunds", {}, "key-1")
    sent = next(headers for path, headers, _ in received if path == "/refunds")
    assert sent["traceparent"].split("-")[1] == identity
    assert sent["Idempotency-Key"] == "key-1"


def test_nothing_is_traced_where_nobody_asked():
    tracing.configure(None, "web")
    with tracing.span("request", {}):
        assert tracing.trace_id() is None
        assert tracing.headers() == {}
