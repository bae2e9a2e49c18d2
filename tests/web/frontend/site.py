"""A small site that keeps the front end's HTML contract, with the real policy: what the pages send is kept in `received`."""

import json
import threading
from pathlib import Path

from flask import Flask, Response, jsonify, render_template_string, request

from web.ui import assets

FILES = Path(__file__).parent / "files"
WEB = Path(__file__).resolve().parents[3] / "web"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
EDITORS = frozenset({"modeler", "dmn", "form-editor"})
LAYOUT = """<!doctype html>
<html lang="{{ lang }}"><head><meta charset="utf-8"><title>{{ entry }}</title>
<meta name="csrf-token" content="token-1"><meta name="kf-session" content="/session" data-user="ann">
{% if now %}<meta name="kf-now" content="{{ now }}">{% endif %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{{ url_for('favicon') }}">
{{ asset_tags('theme') }}{{ asset_tags('base') }}{% if entry != 'base' %}{{ asset_tags(entry) }}{% endif %}</head>
<body>{{ body|safe }}</body></html>"""
BODIES = {
    "base": """<main class="container-xl py-4"><h1>工单</h1>
      <p>到期：<time id="soon" data-due="{due}">6月3日 14:00</time>，<time id="late" data-due="{late}">6月3日 9:00</time>，
      <time id="paused" data-due="{due}" data-paused>6月3日 14:00</time></p>
      <button class="btn" data-theme-toggle>主题</button>
      <button class="btn" hx-get="/live" hx-target="#count">取数</button>
      <form method="post" action="/deleted"><button class="btn btn-danger" data-confirm="真的要删除吗？">删除</button></form>
      <section id="live" data-live-url="/live" data-live-every="3600"><details id="more"><summary>更多</summary>历史</details>
        <input id="typed" aria-label="备注"><p id="count">0</p></section></main>""",
    "form": """<main class="container py-4"><form id="plain-form" method="post" action="/submit"><input name="order.number"></form>
      <div data-form="#data" data-fallback="#plain-form" data-submit-url="/submit" data-draft-url="/draft" data-upload-url="/upload"
        data-csrf="token-1"></div><script type="application/json" id="data">{form}</script></main>""",
    "case-diagram": """<main class="container py-4"><h1>进度</h1>
      <div class="kf-diagram" data-diagram-url="/files/refund.bpmn" data-label="退款流程" data-active='["approve"]'
        data-completed='["start", "verify", "big"]' data-incidents='["refund"]'></div></main>""",
    "charts": """<main class="container py-4"><div class="kf-chart" id="lines" data-chart="#line-data"></div>
      <div class="kf-chart" id="parts" data-chart="#pie-data"></div>
      <script type="application/json" id="line-data">{"kind": "line", "title": "每日投诉", "unit": "件",
        "categories": ["周一", "周二", "周三"], "series": [{"name": "新增", "values": [4, 7, 3]},
        {"name": "办结", "values": [2, 6, null]}]}</script>
      <script type="application/json" id="pie-data">{"kind": "pie", "title": "原因", "categories": ["质量", "物流"],
        "series": [{"name": "原因", "values": [5, 8]}]}</script></main>""",
    "modeler": """<div class="vh-100"><div id="modeler" data-xml-url="/files/refund.bpmn" data-check-url="/check" data-deploy-url="/deploy"
      data-forms-url="/forms" data-csrf="token-1" data-file-name="退款.bpmn" data-back-url="/"></div></div>""",
    "dmn": """<div class="vh-100"><div id="dmn-modeler" data-xml-url="/files/approval.dmn" data-check-url="/check" data-deploy-url="/deploy"
      data-csrf="token-1" data-file-name="approval.dmn"></div></div>""",
    "form-editor": """<div class="vh-100"><div id="form-editor" data-xml-url="/files/verify_order.form" data-check-url="/check"
      data-deploy-url="/deploy" data-csrf="token-1" data-file-name="verify_order.form"></div></div>""",
}
NOW, DUE, LATE = "2026-06-03T11:55:00+00:00", "2026-06-03T14:00:00+00:00", "2026-06-03T09:00:00+00:00"


def form_data() -> str:
    schema = json.loads((FILES / "verify_order.form").read_text(encoding="utf-8"))
    data = {"order": {"number": "20260603-1"}, "evidence": ["old-1"]}
    return json.dumps(
        {"schema": schema, "data": data, "revision": 7, "files": {"old-1": "聊天截图.png"}}, ensure_ascii=False
    )


def make_site() -> Flask:
    """The site; `app.received` lists (method, path, headers, body), `app.answers[path]` is what a path answers, and `app.arrived`
    is set once something came."""
    app = Flask("site", static_folder=str(WEB / "static"), static_url_path="/static")
    assets.register(app)
    app.received, app.answers, app.arrived = [], {}, threading.Event()

    @app.get("/page/<entry>/<lang>")
    def page(entry: str, lang: str):
        body = BODIES[entry].replace("{due}", DUE).replace("{late}", LATE).replace("{form}", form_data())
        response = Response(render_template_string(LAYOUT, entry=entry, lang=lang, body=body, now=NOW))
        styles = " 'unsafe-inline'" if entry in EDITORS else ""
        response.headers["Content-Security-Policy"] = POLICY.format(styles=styles)
        return response

    @app.get("/files/<name>")
    def file(name: str):
        return Response((FILES / name).read_text(encoding="utf-8"), mimetype="application/xml")

    @app.get("/favicon.svg")
    def favicon():
        return Response('<svg xmlns="http://www.w3.org/2000/svg"/>', mimetype="image/svg+xml")

    @app.get("/forms")
    def forms():
        return jsonify([{"id": "verify_order", "name": "核实订单"}, {"id": "callback", "name": "回访"}])

    @app.get("/session")
    def session():
        return app.answers.get("/session", ({"user": "ann", "csrf": "token-1"}, 200))

    @app.get("/live")
    def live():
        return app.answers.get("/live", ("", 204))

    @app.route("/<any('submit', 'draft', 'upload', 'check', 'deploy', 'deleted'):what>", methods=["POST", "PUT"])
    def receive(what: str):
        body = {name: part.filename for name, part in request.files.items()} or request.get_data(as_text=True)
        app.received.append((request.method, request.path, dict(request.headers), body))
        app.arrived.set()
        return app.answers.get(request.path, ({}, 200))

    return app
