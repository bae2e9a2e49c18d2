"""The attacks: expressions, decision files, forms and diagrams that are made to reach further, take longer or grow larger than they may."""

from __future__ import annotations

import json

from tests.engine.decisions.models import decision, definitions, literal
from tests.engine.diagrams import diagram, end, start, user_task

CONTEXT = {"f": {"a": 1}, "order": {"a": 1, "items": [1, 2, 3]}, "x": 1, "text": "abc" * 1000}


def doubling(begin: str, step: str, rounds: int = 60) -> str:
    entries = ", ".join(f"a{i + 1}: {step.format(a=f'a{i}')}" for i in range(rounds))
    return f"{{a0: {begin}, {entries}}}.a{rounds}"


REACHING = {
    "attribute chain": "().__class__.__base__.__subclasses__()",
    "attribute chain of a text": '"".__class__.__mro__[2].__subclasses__()',
    "attributes of a builtin": "abs.__globals__.os",
    "attributes of a function": "(function() 1).__code__.co_consts",
    "attributes of a context": "order.__class__.__init__.__globals__",
    "import": '__import__("os").system("id")',
    "eval": "eval(\"open('/etc/passwd').read()\")",
    "open": 'open("/etc/passwd")',
    "format string": '"{0.__class__.__mro__}".format(1)',
    "percent format": '"%(a)s" % order',
    "f-string": "f\"{open('/etc/passwd').read()}\"",
    "lambda": "(lambda: 1)()",
    "external function": 'function(a) external {java: {class: "java.lang.Runtime", method signature: "exec(String)"}}',
    "external function called": '(function(a) external {java: {class: "java.lang.System", method signature: "exit(int)"}})(0)',
    "document": 'doc("file:///etc/passwd")',
    "backquoted name": "`__builtins__`.open",
    "escapes": '"\\u005f\\u005fclass\\u005f\\u005f".x',
    "get value of an attribute": 'get value(order, "__class__")',
    "context put of an attribute": 'context put(order, "__class__", 1).__class__',
    "json with a type": 'from json("{\\"__class__\\": \\"os\\"}").__class__.__name__',
}
GROWING = {
    "huge power": "10 ** 1000000000",
    "power of power": "9 ** 9 ** 9 ** 9 ** 9",
    "huge negative power": "0.1 ** 999999999",
    "precision": "1e6000 * 1e6000",
    "decimal scale": "decimal(1/3, 999999999)",
    "negative scale": "decimal(123, -999999999)",
    "round with a scale": "round up(1.5, 6000)",
    "long number": "9" * 60_000,
    "long fraction": "0." + "3" * 60_000,
    "number of a long text": f'number("{"9" * 60_000}")',
    "exp": "exp(999999999)",
    "catastrophic pattern": f'matches("{"a" * 5000}!", "^(a+)+$")',
    "catastrophic alternatives": f'matches("{"a" * 5000}", "^(a|a|aa)+$b")',
    "catastrophic backreference": f'matches("{"ab" * 2000}", "(.*)(.*)(.*)(.*)\\\\1\\\\2\\\\3\\\\4x")',
    "catastrophic split": f'split("{"a" * 5000}", "(a*)*b")',
    "catastrophic replace": f'replace("{"x" * 5000}", "(x+x+)+y", "z")',
    "catastrophic extract": f'extract("{"a" * 5000}", "(a|aa)+$b")',
    "pattern in a loop": f'for i in 1..100000 return matches("{"a" * 1000}", "(a+)+b")',
    "huge repeat": 'matches("a", "a{999999999}")',
    "nested repeats": 'matches("aaaa", "((((a{99}){99}){99}){99}){99}")',
    "deep brackets": "(" * 20_000 + "1" + ")" * 20_000,
    "deep lists": "[" * 30_000 + "]" * 30_000,
    "deep contexts": "{a:" * 10_000 + "1" + "}" * 10_000,
    "deep ifs": "if true then " * 4000 + "1" + " else 1" * 4000,
    "deep functions": "function(a) " * 5000 + "1",
    "deep unary": "-" * 60_000 + "1",
    "deep json": f'from json("{"[" * 30_000}{"]" * 30_000}")',
    "huge number in json": f'from json("{"9" * 50_000}")',
    "oversized text": '"' + "a" * 65_536 + '"',
    "oversized comment": "1 /*" + "*" * 70_000 + "*/",
    "list explosion": doubling("[1, 2]", "concatenate({a}, {a})"),
    "shared lists": f"string({doubling('[1]', '[{a}, {a}]')})",
    "shared contexts as json": f"to json({doubling('{b: 1}', '{{l: {a}, r: {a}}}')})",
    "product of loops": "for a in 1..100000, b in 1..100000, c in 1..100000 return a",
    "quantified product": "every a in 1..10000, b in 1..10000 satisfies true",
    "partial grows": "for i in 1..100000 return concatenate(partial, partial, [1])",
    "string repeat": doubling(f'"{"x" * 1000}"', "{a} + {a}"),
    "string join": f'string join(for i in 1..100000 return "{"y" * 30_000}")',
    "replace grows": f'replace(replace(string join(for i in 1..50000 return "a"), "a", "{"b" * 1000}"), "b", "{"c" * 1000}")',
    "huge range": "for i in -10**30..10**30 return i",
    "huge date range": 'for d in date("0001-01-01")..date("9999-12-31") return d',
    "huge date range backwards": 'count(for d in date("9999-12-31")..date("-9999-01-01") return d)',
    "far date": 'date("999999999-12-31") + duration("P999999999Y")',
    "huge duration": 'duration("P" + "9" + string join(for i in 1..1000 return "9") + "D")',
    "duration product": 'duration("P999999999D") * 10**30',
    "index": "[1, 2, 3][10**6000]",
    "sublist": "sublist([1, 2, 3], 1, 10**30)",
    "insert": "insert before([1], 10**30, 1)",
    "partition": "partition(for i in 1..100000 return i, 0.0000001)",
    "flatten": f"flatten({doubling('[1]', '[{a}, {a}]')})",
    "union": "union(for i in 1..50000 return i, for i in 1..50000 return i)",
    "distinct": "distinct values(for i in 1..100000 return [i])",
    "sort by a slow function": "sort(for i in 1..100000 return -i, function(a, b) count(1..1000) > 0 and a < b)",
    "sort without sense": "sort(for i in 1..100000 return i, function(a, b) true)",
    "recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "mutual recursion": "{f: function(n, g) g(n, f), r: f(1, f)}.r",
    "combinator": "(function(x) x(x))(function(x) x(x))",
    "exponential recursion": "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(60)}.r",
    "types": "1 instance of " + "list<" * 10_000 + "Any" + ">" * 10_000,
    "names": "a" + "b" * 60_000,
    "spaces": "1" + " " * 60_000 + "+ 1",
    "commas": "[" + "1," * 30_000 + "1]",
    "entries": "{" + ", ".join(f"a{n}: {n}" for n in range(5000)) + "}",
    "filters": "order" + "[true]" * 10_000,
    "surrogates": '"' + "\\uD83D" * 8000 + '"',
}
HIDING = ("product of loops", "catastrophic pattern", "list explosion", "exponential recursion", "huge range")
EXPRESSIONS = {**REACHING, **GROWING}
TABLE_ROWS = "".join(
    f'<rule id="r{n}"><inputEntry id="i{n}"><text>every a in 1..1000, b in 1..100 satisfies true</text></inputEntry>'
    f'<outputEntry id="o{n}"><text>1</text></outputEntry></rule>'
    for n in range(300)
)
TABLE = (
    '<decisionTable id="t" hitPolicy="COLLECT"><input id="i"><inputExpression id="e"><text>x</text></inputExpression></input>'
    f'<output id="o" name="o"/>{TABLE_ROWS}</decisionTable>'
)
ROOT = "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='d' name='n' namespace='urn:n'>"


def entities(count: int, each: int) -> str:
    return '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * each}">' for n in range(1, count))


def decisions() -> dict[str, bytes]:
    """Files of decisions: every expression above as a literal, and what only a file can do."""
    found = {name: definitions(decision("it", literal(_escaped(text)))) for name, text in REACHING.items()}
    inner = literal("1")
    for name in ("a", "b", "c", "d"):
        inner = f'<for iteratorVariable="{name}"><in>{literal("1..1000")}</in><return>{inner}</return></for>'
    found["boxed loops"] = definitions(decision("it", inner))
    found["slow table"] = definitions(decision("it", TABLE))
    slow = [decision(f"d{n}", literal("count(for a in 1..100000 return a * a)")) for n in range(200)]
    found["slow decisions"] = definitions(*slow, decision("it", literal("1"), needs=[f"#d{n}" for n in range(200)]))
    return {name: xml if isinstance(xml, bytes) else xml.encode() for name, xml in found.items()} | _bombs(
        ROOT, "definitions"
    )


def forms() -> dict[str, str]:
    """Forms: patterns, expressions and nesting that the server would have to do."""

    def of(*components: dict[str, object]) -> str:
        return json.dumps({"type": "default", "id": "f", "schemaVersion": 19, "components": list(components)})

    def field(**more: object) -> dict[str, object]:
        return {"type": "textfield", "id": "a", "key": "a", **more}

    deep: dict[str, object] = field()
    for level in range(300):
        deep = {"type": "group", "id": f"g{level}", "components": [deep]}
    found = {
        f"hidden by {name}": of(field(conditional={"hide": f"={text}"}))
        for name, text in {**REACHING, **{name: GROWING[name] for name in HIDING}}.items()
    }
    found |= {
        "catastrophic pattern": of(field(validate={"pattern": "^(a+)+$"})),
        "pattern of many repeats": of(field(validate={"pattern": "(x{500}){500}"})),
        "computed without end": of(
            {
                "type": "expression",
                "id": "e",
                "key": "n",
                "expression": "=for i in 1..10**9 return i",
                "computeOn": "change",
            }
        ),
        "deep groups": of(deep),
        "deep json": "[" * 100_000,
        "many fields": of(*[field(id=f"a{n}", key=f"a{n}") for n in range(20_000)]),
        "many options": of(
            {
                "type": "select",
                "id": "s",
                "key": "s",
                "values": [{"label": "x", "value": str(n)} for n in range(50_000)],
            }
        ),
        "template": of({"type": "text", "id": "t", "text": "{{#loop 1..1000000000}}x{{/loop}}"}),
        "markup": of({"type": "text", "id": "t", "text": "<script>alert(1)</script>" + "[" * 50_000}),
        "path of dots": of(field(key=".".join("a" * 5000))),
        "path of Python": of(field(key="__class__.__init__.__globals__")),
        "rows": of(
            {"type": "dynamiclist", "id": "l", "path": "l", "defaultRepetitions": 10**9, "components": [field()]}
        ),
        "duplicate keys": '{"type": "default", "id": "f", ' + '"components": [],' * 50_000 + '"schemaVersion": 19}',
        "large numbers": '{"type": "default", "id": "f", "schemaVersion": 1e400, "components": []}',
        "huge number": '{"type": "default", "id": "f", "schemaVersion": ' + "9" * 5000 + ', "components": []}',
    }
    return found


def diagrams() -> dict[str, bytes]:
    """Diagrams: XML bombs, size, depth, and scripts in other languages."""
    script = '<bpmn:scriptTask id="s" scriptFormat="python"><bpmn:script>__import__("os").system("id")</bpmn:script></bpmn:scriptTask>'
    found = {
        "python script": diagram("p", start() + script + end(), "start>s s>end"),
        "many elements": diagram(
            "p", start() + "".join(user_task().replace('"task"', f'"t{n}"') for n in range(3000)) + end(), "start>end"
        ),
        "very long id": diagram(
            "p", start() + user_task().replace('"task"', f'"{"t" * 100_000}"') + end(), "start>end"
        ),
        "nested subprocesses": diagram(
            "p",
            start()
            + "".join(f'<bpmn:subProcess id="s{n}">' for n in range(2000))
            + "</bpmn:subProcess>" * 2000
            + end(),
            "start>end",
        ),
        "too large": b"<bpmn>" + b"x" * (5 * 2**20 + 1),
        **{
            f"condition {name}": diagram("p", start() + end(), "start>end").replace(
                b'targetRef="end"/>',
                f'targetRef="end"><bpmn:conditionExpression>={_escaped(text)}</bpmn:conditionExpression></bpmn:sequenceFlow>'.encode(),
            )
            for name, text in REACHING.items()
        },
    }
    bpmn = "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' id='d' targetNamespace='urn:n'>"
    return found | _bombs(bpmn, "definitions")


def _bombs(root: str, name: str) -> dict[str, bytes]:
    end_of_it = f"</{name}>"
    quadratic = f'<!DOCTYPE d [<!ENTITY a "{"a" * 50_000}">]>{root}{"&a;" * 50_000}{end_of_it}'
    return {
        "billion laughs": f"<!DOCTYPE d [{entities(12, 10)}]>{root}&a11;{end_of_it}".encode(),
        "quadratic blowup": quadratic.encode(),
        "external entity": f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>{root}&x;{end_of_it}'.encode(),
        "parameter entity": f'<!DOCTYPE d [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>{root}{end_of_it}'.encode(),
        "external DTD": f'<!DOCTYPE d SYSTEM "file:///etc/passwd">{root}{end_of_it}'.encode(),
        "include": f'{root}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>{end_of_it}'.encode(),
        "stylesheet": f'<?xml-stylesheet href="file:///etc/passwd"?>{root}{end_of_it}'.encode(),
        "deep": f"{root}{'<a>' * 200_000}{'</a>' * 200_000}{end_of_it}".encode(),
        "many attributes": f"{root}<a {' '.join(f'a{n}={chr(34)}x{chr(34)}' for n in range(50_000))}/>{end_of_it}".encode(),
        "many namespaces": f"{root}<a {' '.join(f'xmlns:a{n}={chr(34)}urn:{n}{chr(34)}' for n in range(20_000))}/>{end_of_it}".encode(),
        "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE d+AD4-',
        "no XML": b"\x00" * 100_000,
        "zip": b"PK\x03\x04" + b"\x00" * 100_000,
    }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
