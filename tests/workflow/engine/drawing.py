"""Draws BPMN for tests from a few words a line, and runs it through the engine with save and load after every step.

start s                      sub S                         (its content is indented below it)
user a                       boundary b on=a timer=PT5M quiet
xor g                        catch c message=paid key=number
s -> a -> g                  service j topic=province.push
g -> a if again = true       user m each=people item=who sequential output=votes result=vote until="…"
g -> e default               end e error=E1   |   end e terminate
sub h event                  an event sub-process: its start event says what begins it, `quiet`: without interrupting
catch c conditional="x > 1"
"""

import shlex
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import quoteattr

from workflow import engine
from workflow.engine import Around, Model, Step, WaitKind

TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "user": "userTask",
    "manual": "manualTask",
    "task": "task",
    "service": "serviceTask",
    "send": "sendTask",
    "receive": "receiveTask",
    "call": "callActivity",
    "rule": "businessRuleTask",
    "script": "scriptTask",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "events": "eventBasedGateway",
    "complex": "complexGateway",
    "sub": "subProcess",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
    "transaction": "transaction",
    "adhoc": "adHocSubProcess",
}
_TIMER = "<timerEventDefinition><{0}>{1}</{0}></timerEventDefinition>"
REFERRED = ("message", "signal", "error", "escalation")
NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
KEY = b"the tests' key of 32 bytes 01234"  # what states are sealed with
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core">'
)


def bpmn(text: str, key: str = "p", extra: str = "") -> bytes:
    """The BPMN file of a drawing in words; `extra` is raw XML put into the process."""
    pen = _Pen()
    body = pen.scope([line for line in text.splitlines() if line.strip()])
    return f'{HEAD}{pen.definitions()}<process id="{key}" isExecutable="true">{body}{extra}</process></definitions>'.encode()


class _Pen:
    def __init__(self) -> None:
        self.referred: set[tuple[str, str]] = set()
        self.flows = 0

    def definitions(self) -> str:
        return "".join(
            f'<{kind} id="{kind}-{name}" name="{name}" {kind}Code="{name}"/>' for kind, name in sorted(self.referred)
        )

    def scope(self, lines: list[str]) -> str:
        indent = len(lines[0]) - len(lines[0].lstrip())
        defaults = self._defaults(lines, indent)
        out, at = [], 0
        while at < len(lines):
            line, at = lines[at], at + 1
            inner = []
            while at < len(lines) and len(lines[at]) - len(lines[at].lstrip()) > indent:
                inner.append(lines[at])
                at += 1
            out.append(self._flow(line) if "->" in line else self._node(shlex.split(line), inner, defaults))
        return "".join(out)

    def _defaults(self, lines: list[str], indent: int) -> dict[str, str]:
        found = {}
        for line in lines:
            words = line.split()
            if words[-1] == "default" and len(line) - len(line.lstrip()) == indent:
                found[words[0]] = f"{words[0]}-{words[2]}"
        return found

    def _flow(self, line: str) -> str:
        line, _, condition = line.partition(" if ")
        names = [name.strip() for name in line.removesuffix(" default").split("->")]
        out = ""
        for source, target in zip(names, names[1:], strict=False):
            inner = f"<conditionExpression><![CDATA[{condition.strip()}]]></conditionExpression>" if condition else ""
            out += (
                f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
            )
        return out

    def _node(self, words: list[str], inner: list[str], defaults: dict[str, str]) -> str:
        kind, name, *rest = words
        said = dict(word.split("=", 1) if "=" in word else (word, "") for word in rest)
        attributes = {"id": name, "name": said.get("name", name)}
        if name in defaults:
            attributes["default"] = defaults[name]
        if "on" in said:
            attributes["attachedToRef"] = said["on"]
            attributes["cancelActivity"] = str("quiet" not in said).lower()
        if kind == "sub" and "event" in said:
            attributes["triggeredByEvent"] = "true"
        if kind == "start" and "quiet" in said:
            attributes["isInterrupting"] = "false"
        if "parallel" in said:
            attributes["parallelMultiple"] = "true"
        if "calls" in said:
            attributes["calledElement"] = said["calls"]
        if kind in ("send", "receive") and "message" in said:
            attributes["messageRef"] = self._refer("message", said["message"])
        for word in ("assignee", "candidateGroups", "formKey", "topic", "dueDate", "decisionRef", "resultVariable"):
            if word in said:
                attributes[f"camunda:{word}"] = said[word]
        body = self._properties(said) + self._event(kind, said) + _loop(said) + (self.scope(inner) if inner else "")
        written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        return f"<{TAGS[kind]}{written}>{body}</{TAGS[kind]}>"

    def _properties(self, said: dict[str, str]) -> str:
        named = {"correlationKey": said.get("key"), "payload": said.get("payload")}
        pairs = "".join(
            f"<camunda:property name={quoteattr(key)} value={quoteattr(value)}/>"
            for key, value in named.items()
            if value
        )
        return (
            f"<extensionElements><camunda:properties>{pairs}</camunda:properties></extensionElements>" if pairs else ""
        )

    def _event(self, kind: str, said: dict[str, str]) -> str:
        if kind in ("send", "receive"):
            return ""
        for word in REFERRED:
            if word in said:
                reference = f' {word}Ref="{self._refer(word, said[word])}"' if said[word] else ""
                return f"<{word}EventDefinition{reference}/>"
        for word, tag in (("timer", "timeDuration"), ("date", "timeDate"), ("cycle", "timeCycle")):
            if word in said:
                return _TIMER.format(tag, said[word])
        if "multiple" in said:
            return f'<messageEventDefinition messageRef="{self._refer("message", "m")}"/>{_TIMER.format("timeDuration", "PT1H")}'
        if "link" in said:
            return f'<linkEventDefinition name="{said["link"]}"/>'
        if said.get("conditional"):
            return f"<conditionalEventDefinition><condition><![CDATA[{said['conditional']}]]></condition></conditionalEventDefinition>"
        return next(
            (f"<{w}EventDefinition/>" for w in ("terminate", "compensate", "cancel", "conditional") if w in said), ""
        )

    def _refer(self, kind: str, name: str) -> str:
        self.referred.add((kind, name))
        return f"{kind}-{name}"


def _loop(said: dict[str, str]) -> str:
    if "loop" in said:
        limit = f' loopMaximum="{said["max"]}"' if "max" in said else ""
        before = ' testBefore="true"' if "before" in said else ""
        condition = f"<loopCondition><![CDATA[{said['loop']}]]></loopCondition>" if said["loop"] else ""
        return f"<standardLoopCharacteristics{limit}{before}>{condition}</standardLoopCharacteristics>"
    if "each" not in said and "times" not in said:
        return ""
    zeebe = {
        "inputCollection": said.get("each"),
        "inputElement": said.get("item"),
        "outputCollection": said.get("output"),
        "outputElement": said.get("result"),
    }
    written = "".join(f" {key}={quoteattr(value)}" for key, value in zeebe.items() if value)
    number = f"<loopCardinality>{said['times']}</loopCardinality>" if "times" in said else ""
    until = f"<completionCondition><![CDATA[{said['until']}]]></completionCondition>" if "until" in said else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str("sequential" in said).lower()}"><extensionElements>'
        f"<zeebe:loopCharacteristics{written}/></extensionElements>{number}{until}</multiInstanceLoopCharacteristics>"
    )


class Run:
    """An instance of a drawing: what is open, and verbs to drive it. Every step is sealed and opened again."""

    def __init__(self, drawing: str | bytes | Model, **variables: object) -> None:
        self.model = self._model(drawing)
        self.variables = dict(variables)
        self.now = NOW
        self.history: list[tuple[str, str]] = []
        self.thrown: list[engine.Thrown] = []
        self.happenings: list[engine.Happening] = []
        start_id = self.variables.pop("start_id", None)
        self._take(engine.start(self.model, self.around, start_id))

    def _model(self, drawing: str | bytes | Model) -> Model:
        if isinstance(drawing, str):
            drawing = bpmn(drawing)
        return engine.parse(drawing) if isinstance(drawing, bytes) else drawing

    @property
    def around(self) -> Around:
        return Around(self.variables, self.now)

    def _take(self, step: Step) -> "Run":
        self.step = step
        self.state = engine.open_(engine.seal(step.state, "instance 1", KEY), "instance 1", [KEY])
        self.variables.update(step.variables)
        self.thrown += step.thrown
        self.happenings += step.happenings
        self.history += [(happening.kind, happening.activity_id) for happening in step.happenings]
        assert engine.state_problems(self.model, self.state) == []
        return self

    @property
    def open(self) -> list[str]:
        """Activity ids that wait, in alphabetical order."""
        return sorted(wait.activity_id for wait in self.step.waits)

    @property
    def finished(self) -> bool:
        return self.step.finished

    def wait(self, activity: str, nth: int = 0) -> engine.Wait:
        return [wait for wait in self.step.waits if wait.activity_id == activity][nth]

    def do(self, activity: str, nth: int = 0, **answers: object) -> "Run":
        """Complete a user task, job or call."""
        self.variables.update(answers)
        return self._take(engine.complete(self.model, self.state, self.wait(activity, nth).token_id, self.around))

    def happen(self, activity: str, nth: int = 0, **news: object) -> "Run":
        """The timer, message or signal of this event comes."""
        wait = self.wait(activity, nth)
        self.variables.update(news)
        if wait.due_at is not None:
            self.now = max(self.now, wait.due_at)
        verb = engine.fire if wait.kind is WaitKind.TIMER else engine.deliver
        return self._take(verb(self.model, self.state, wait.token_id, self.around))

    def change(self, **variables: object) -> "Run":
        """Variables are changed from outside."""
        self.variables.update(variables)
        return self._take(engine.reconsider(self.model, self.state, self.around))

    def fail(self, activity: str, code: str) -> "Run":
        return self._take(engine.throw_error(self.model, self.state, self.wait(activity).token_id, code, self.around))

    def cancel(self) -> "Run":
        return self._take(engine.cancel(self.model, self.state, self.around))

    def pass_time(self, **step: float) -> None:
        self.now += timedelta(**step)

    def count(self, kind: str, activity: str) -> int:
        """How often this happened to this element."""
        return self.history.count((kind, activity))
