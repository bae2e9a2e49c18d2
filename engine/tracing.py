"""Traces by OpenTelemetry, where an operator asks for them; else every call here does nothing.

The packages are an extra (`pip install kefuflow[traces]`), imported when a collector's address is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.errors import ConfigError

_tracer: Any = None
_provider: Any = None


def configure(endpoint: str | None, role: str) -> None:
    """Send spans to the collector at `endpoint` (OTLP over HTTP); `role` is web, worker or run.

    Raises ConfigError when the packages are not installed.
    """
    global _tracer, _provider
    shut_down()
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError("KEFUFLOW_OTLP_ENDPOINT needs more packages: pip install 'kefuflow[traces]'.") from error
    resource = Resource.create({"service.name": "kefuflow", "service.component": role})
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    _tracer = _provider.get_tracer("kefuflow")


def shut_down() -> None:
    """Send what has not been sent, and trace no more."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def span(name: str, attributes: Mapping[str, Any], caller: Mapping[str, str] | None = None) -> Iterator[None]:
    """The work inside, as a span below the one around it, or below the one that `caller`'s HTTP headers name."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, context=_context_of(caller), attributes=_given(attributes)):
        yield


def describe(attributes: Mapping[str, Any]) -> None:
    """Add to the current span."""
    if _tracer is not None:
        from opentelemetry import trace

        trace.get_current_span().set_attributes(_given(attributes))


def headers() -> dict[str, str]:
    """What to send with a request to another service, so that its spans join ours (W3C trace context)."""
    found: dict[str, str] = {}
    if _tracer is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(found)
    return found


def trace_id() -> str | None:
    """The current trace's, for the log."""
    if _tracer is None:
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def _context_of(caller: Mapping[str, str] | None) -> Any:
    if caller is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({name.lower(): value for name, value in caller.items()})


def _given(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
