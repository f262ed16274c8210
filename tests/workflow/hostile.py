"""Files nobody should be able to deploy, made here and stored nowhere: name → (files, element named, words said)."""

import gzip
import io
import json
import zipfile
from collections.abc import Mapping

from tests.workflow.engine.drawing import bpmn

Files = Mapping[str, bytes]
FINE = "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"
WITH_FORM = "start s\nuser a candidateGroups=registry formKey=x\nend e\ns -> a -> e"


def diagram(xml: bytes, **forms: bytes) -> Files:
    return {"bad.bpmn": xml, **{f"{name}.form": content for name, content in forms.items()}}


def words(drawing: str, extra: str = "") -> Files:
    return diagram(bpmn(drawing, extra=extra))


def instead(old: str, new: str, drawing: str = FINE) -> Files:
    """The fine diagram with something else in its XML."""
    xml = bpmn(drawing).decode()
    assert old in xml
    return diagram(xml.replace(old, new).encode())


def between(element: str, more: str = "") -> Files:
    return words(f"start s\n{element}\nend e\ns -> x -> e\n{more}")


def form(*components: object, **said: object) -> Files:
    content = json.dumps({"type": "default", "components": list(components), **said}).encode()
    return diagram(bpmn(WITH_FORM), x=content)


def raw_form(content: bytes) -> Files:
    return diagram(bpmn(WITH_FORM), x=content)


def field(key: str, **more: object) -> dict:
    return {"type": "textfield", "key": key, "label": key, **more}


def nested(depth: int) -> dict:
    return {"type": "group", "components": [nested(depth - 1)] if depth else [field("deep")]}


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("bad.bpmn", bpmn(FINE))
    return made.getvalue()


def chain(length: int) -> str:
    nodes = "\n".join(f"user n{i}" for i in range(length))
    return f"start s\n{nodes}\nend e\ns -> " + " -> ".join(f"n{i}" for i in range(length)) + " -> e"


def fan(flows: int, length: int) -> Files:
    """A chain of decisions that ends in a join entered by very many flows."""
    gates = "\n".join(f"xor g{i}" for i in range(length))
    ways = " -> ".join(f"g{i}" for i in range(length))
    last = f'<sequenceFlow id="%s" sourceRef="g{length - 1}" targetRef="j"/>'
    many = "".join(last % f"w{i}" for i in range(flows))
    return words(f"start s\n{gates}\nand j\nend e\ns -> {ways}\nj -> e", extra=many)


def conditions(count: int, text: str) -> Files:
    flows = "".join(
        f'<sequenceFlow id="w{i}" sourceRef="g" targetRef="e"><conditionExpression>{text.replace("#", str(i))}'
        "</conditionExpression></sequenceFlow>"
        for i in range(count)
    )
    return words("start s\nxor g\nend e\ns -> g", extra=flows)


def processes(count: int) -> Files:
    head, rest = bpmn(FINE).decode().split("<process", 1)
    body, foot = rest.rsplit("</definitions>", 1)
    more = "".join(f'<process id="p{i}" isExecutable="true"/>' for i in range(count))
    return diagram(f"{head}<process{body}{more}</definitions>{foot}".encode())


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY l0 "ha">{entities}]><a>&l9;</a>'.encode()


TIMER = '<boundaryEvent id="b" attachedToRef="a"><timerEventDefinition>%s</timerEventDefinition></boundaryEvent>'
TWICE = '<userTask id="a"/>'
FLOW_AWAY = '<sequenceFlow id="away" sourceRef="a" targetRef="nowhere"/>'
LISTENER = (
    '<userTask id="x"><extensionElements><camunda:taskListener event="complete" delegateExpression="${nothing.here}"/>'
    "</extensionElements></userTask>"
)
SCRIPT = '<scriptTask id="x"><script>import os; os.system("id")</script></scriptTask>'
CONDITION = "start s\nxor g\nuser a candidateGroups=registry\nend e\ns -> g\ng -> a if {}\ng -> e default\na -> e"
FILES: dict[str, tuple[Files, str, str]] = {
    # the file itself
    "nothing": (diagram(b""), "", "empty"),
    "blanks": (diagram(b" \n\t "), "", "empty"),
    "a BOM and nothing": (diagram(b"\xef\xbb\xbf"), "", "empty"),
    "text": (diagram(b"hello"), "", "well-formed"),
    "JSON": (diagram(b'{"a": 1}'), "", "well-formed"),
    "a zip": (diagram(zipped()), "", "UTF-8"),
    "a gzip": (diagram(gzip.compress(bpmn(FINE))), "", "UTF-8"),
    "UTF-16": (diagram(bpmn(FINE).decode().encode("utf-16")), "", "UTF-8"),
    "GB 18030": (diagram(bpmn(FINE.replace("user a", "user 核对")).decode().encode("gb18030")), "", "UTF-8"),
    "declared otherwise": (diagram(b'<?xml version="1.0" encoding="GBK"?>' + bpmn(FINE)), "", "UTF-8"),
    "NUL": (diagram(bpmn(FINE).replace(b"<startEvent", b"\x00<startEvent")), "", "UTF-8"),
    "cut off": (diagram(bpmn(FINE)[:-20]), "", "well-formed"),
    "a DOCTYPE": (diagram(b"<!DOCTYPE definitions>" + bpmn(FINE)), "", "DOCTYPE"),
    "an entity": (diagram(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), "", "DOCTYPE"),
    "a billion laughs": (diagram(laughs()), "", "DOCTYPE"),
    "too deep": (diagram(b"<a>" * 100_000 + b"</a>" * 100_000), "", "levels deep"),
    "too wide": (diagram(b"<a>" + b"<b/>" * 400_000 + b"</a>"), "", "elements"),
    "too big": (diagram(bpmn(FINE) + b" " * 2_000_000), "", "larger"),
    "a long attribute": (instead('name="a"', f'name="{"长" * 20_001}"'), "", "characters"),
    "another vocabulary": (diagram(b'<html xmlns="http://www.w3.org/1999/xhtml"/>'), "", "BPMN"),
    "no vocabulary": (diagram(b"<definitions><process/></definitions>"), "", "BPMN"),
    # the process
    "no process": (instead(bpmn(FINE).decode()[bpmn(FINE).decode().index("<process") : -14], ""), "", "no process"),
    "nothing executable": (instead('isExecutable="true"', 'isExecutable="false"'), "p", "executable"),
    "an empty process": (
        diagram(bpmn(FINE).split(b"<startEvent")[0] + b"</process></definitions>"),
        "p",
        "start event",
    ),
    "a process key of signs": (instead('id="p"', 'id="../p&quot; or 1=1"'), '../p" or 1=1', "key"),
    "a process without key": (instead('<process id="p"', "<process"), "", "key"),
    "two processes of one key": (
        diagram(bpmn(FINE).replace(b"</definitions>", b'<process id="p" isExecutable="true"/></definitions>')),
        "p",
        "2 times",
    ),
    "an id twice": (words(FINE, TWICE), "a", "2 times"),
    "a name without end": (instead('name="a"', f'name="{"长" * 201}"'), "a", "characters"),
    "1,500 steps": (words(chain(1_500)), "", "elements"),
    "sub-processes in one another": (
        words("start s\nend e\ns -> e", '<subProcess id="q">' * 30 + "</subProcess>" * 30),
        "q",
        "times",
    ),
    # the ways
    "a flow to nowhere": (words(FINE, FLOW_AWAY), "away", "connect"),
    "no way to a step": (words(FINE + "\nuser lost candidateGroups=registry\nlost -> e"), "lost", "No way leads"),
    "a circle without a stop": (
        words("start s\nxor g\nxor h\nend e\ns -> g -> h\nh -> g default\nh -> e if x = 1"),
        "g",
        "loop",
    ),
    "a join that waits for ever": (
        words(
            "start s\nxor g\nuser a\nuser b\nand j\nend e\ns -> g\ng -> a if x = 1\ng -> b default\na -> j\nb -> j\nj -> e"
        ),
        "j",
        "for ever",
    ),
    "a decision without conditions": (
        words("start s\nxor g\nuser a\nend e\ns -> g -> a -> e\ng -> e"),
        "g-a",
        "condition",
    ),
    "a default that is none": (instead('id="a"', 'id="a" default="zzz"'), "a", "default"),
    # what we do not run, or what says too little
    "a script": (
        words(
            "start s\nend e\n",
            SCRIPT + '<sequenceFlow id="f" sourceRef="s" targetRef="x"/>'
            '<sequenceFlow id="g" sourceRef="x" targetRef="e"/>',
        ),
        "x",
        "Scripts",
    ),
    "a service without topic": (between("service x"), "x", "topic"),
    "a topic nobody handles": (between("service x topic=rm.everything"), "x", "rm.everything"),
    "a call of nothing": (between("call x calls=nothing-here"), "x", "nothing-here"),
    "a timer without time": (words(FINE, TIMER % ""), "b", "no time"),
    "a timer of nonsense": (words(FINE, TIMER % "<timeDuration>P9X</timeDuration>"), "b", "P9X"),
    "a timer that never rests": (
        words(FINE, TIMER.replace('"b"', '"b" cancelActivity="false"') % "<timeCycle>R/PT1S</timeCycle>"),
        "b",
        "minute",
    ),
    "somebody nobody knows": (instead("<userTask ", '<userTask camunda:assignee="nobody-here" '), "a", "nobody-here"),
    "a listener nobody has": (words("start s\nend e\ns -> x -> e", LISTENER), "x", "nothing.here"),
    "a group nobody is in": (words(FINE.replace("registry", "pirates")), "a", "pirates"),
    "starters nobody knows": (
        instead('<process id="p"', '<process id="p" camunda:candidateStarterGroups="pirates"'),
        "p",
        "pirates",
    ),
    "a form that is not there": (words(WITH_FORM), "a", "“x”"),
    # conditions
    "an attribute in a condition": (words(CONDITION.format("x.__class__ = 1")), "g-a", "expression"),
    "a call of the machine": (words(CONDITION.format("__import__('os').system('id') = 0")), "g-a", "expression"),
    "a function nobody has": (words(CONDITION.format("evaluate(1) = 1")), "g-a", "evaluate()"),
    "a comprehension": (words(CONDITION.format("[x for x in y] = 1")), "g-a", "expression"),
    "a lambda": (words(CONDITION.format("(lambda: 1)() = 1")), "g-a", "expression"),
    "brackets without end": (words(CONDITION.format("(" * 1_900)), "g-a", "expression"),
    "a power of a power": (words(CONDITION.format("9 ** 9 ** 9 = 1")), "g-a", "expression"),
    "a number without end": (words(CONDITION.format("x = " + "9" * 1_900)), "g-a", "expression"),
    "an assignment": (words(CONDITION.format("x := 1")), "g-a", "expression"),
    "a template in an assignee": (
        instead("<userTask ", '<userTask camunda:assignee="${user.password}" '),
        "a",
        "expression",
    ),
    # many of them
    "20,000 flows into one join": (fan(17_000, 900), "", "flows"),
    "6,000 conditions": (conditions(6_000, "a# = 1 and b = 2"), "", "flows"),
    "2 MB of conditions": (conditions(900, "a#" + " + 1" * 240 + " = 3"), "", "expressions"),
    "10,000 processes": (processes(9_990), "", "processes"),
    "900 sub-processes beside one another": (
        words(FINE, "".join(f'<subProcess id="q{i}"/>' for i in range(900))),
        "q0",
        "start event",
    ),
    "900 events on one edge": (
        words(FINE, "".join((TIMER % "").replace('"b"', f'"b{i}"') for i in range(900))),
        "b0",
        "no time",
    ),
    "900 wrong conditions": (conditions(900, "a#.b.c ( ["), "w0", "expression"),
    "conditions that cost": (conditions(900, "(" * 45 + "a#" + ")" * 45 + " = 1 or x" * 20), "w0", "expression"),
    # forms
    "a form of 20,000 fields": (form(*(field(f"f{i}") for i in range(20_000))), "a", "too"),
    "a form of 5,000 small fields": (
        raw_form(b'{"components":[' + b",".join(b'{"type":"textfield","key":"f%d"}' % i for i in range(5_000)) + b"]}"),
        "a",
        "too many fields",
    ),
    "a form nested in itself": (form(nested(50)), "a", "nested"),
    "a form of brackets": (raw_form(b"[" * 200_000), "a", "JSON"),
    "deep JSON": (
        raw_form(b'{"components":' + b'[{"components":' * 5_000 + b"[]" + b"}]" * 5_000 + b"}"),
        "a",
        "x.form",
    ),
    "a form of unknown kinds": (form({**field("k"), "properties": {"kind": "telepathy"}}), "a", "telepathy"),
    "a form with a script": (form({"type": "script", "key": "k"}), "a", "Scripts"),
    "a form with HTML": (form({"type": "html", "content": "<script>alert(1)</script>"}), "a", "HTML"),
    "a key twice": (form(field("k"), field("k")), "a", "used twice"),
    "a key of the house": (form(field("csrf_token")), "a", "csrf_token"),
    "a key that is none": (form(field("a b; DROP")), "a", "key"),
    "a key of another type": (form({"type": "textfield", "key": ["k"], "label": "k"}), "a", "key"),
    "a condition of attributes": (form(field("k", conditional={"hide": "=user.password"})), "a", "expression"),
    "a form of fields in a ring": (
        form(field("k", conditional={"hide": "=m = 1"}), field("m", conditional={"hide": "=k = 1"})),
        "a",
        "circle",
    ),
    "a pattern that never ends": (form(field("k", validate={"pattern": "(a+)+$" * 200})), "a", "pattern"),
    "no components": (form(components={"a": 1}), "a", "components"),
    "numbers for components": (form(1, None, "x", []), "a", "not an object"),
    "a form that is no form": (raw_form(b"%PDF-1.7"), "a", "JSON"),
    "a form in UTF-16": (raw_form('{"components": []}'.encode("utf-16")), "a", "JSON"),
    "an empty form": (raw_form(b""), "a", "JSON"),
    "not a number": (
        raw_form(b'{"components": [{"type": "number", "key": "k", "validate": {"max": NaN}}]}'),
        "a",
        "JSON",
    ),
}
