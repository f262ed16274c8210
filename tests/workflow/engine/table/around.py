"""What stands around the flow: data, people, pools, artifacts, what is declared beside a process, and the file itself."""

from tests.workflow.engine.drawing import HEAD
from tests.workflow.engine.table.case import Case
from workflow.lint import Known

LINE = "start s\nuser a\nend e\ns -> a -> e"
PLAYS = "a; do a: end"
DRAWN = "drawn only, no influence"
IN_TASK = 'name="a">'


def _drawn(
    of: str, extra: str = "", beside: str = "", inside: str = "", at: str = "", says: str = DRAWN, **more
) -> Case:
    """A file that runs just as it would without this."""
    swap = {IN_TASK: IN_TASK + inside} if inside else {}
    return Case(
        of, at, drawing=LINE, extra=extra, beside=beside, swap=swap, plays=PLAYS, completed="s a e", says=says, **more
    )


_INPUT = "<sourceRef>d</sourceRef><targetRef>i</targetRef>"
_IO = (
    '<ioSpecification><dataInput id="i"/><dataOutput id="o"/><inputSet><dataInputRefs>i</dataInputRefs></inputSet>'
    "<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>"
)
DATA = [
    _drawn("dataObject", '<dataObject id="d" name="D" isCollection="true"/>'),
    _drawn("dataObjectReference", '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>'),
    _drawn("dataObjectReference", '<dataObjectReference id="r" dataObjectRef="nowhere"/>', variant="to nothing"),
    _drawn("dataStore", beside='<dataStore id="d" name="D" isUnlimited="true"/>'),
    _drawn("dataStoreReference", '<dataStoreReference id="d" name="D"/>'),
    _drawn(
        "dataInputAssociation",
        '<dataObjectReference id="d"/>',
        inside=f"{_IO}<dataInputAssociation>{_INPUT}</dataInputAssociation>",
    ),
    _drawn(
        "dataOutputAssociation",
        '<dataObjectReference id="d"/>',
        inside=f"{_IO}<dataOutputAssociation><sourceRef>o</sourceRef><targetRef>d</targetRef></dataOutputAssociation>",
    ),
    _drawn("ioSpecification", inside=_IO),
    _drawn("property", '<property id="v" name="v"/>'),
]
_LANES = '<laneSet id="l"><lane id="l1" name="Desk"><flowNodeRef>a</flowNodeRef>{}</lane></laneSet>'
_INNER = '<childLaneSet id="l2"><lane id="l3" name="Counter"><flowNodeRef>a</flowNodeRef></lane></childLaneSet>'
PEOPLE = [
    _drawn("lane", _LANES.format(""), says="an activity that names nobody is offered to the group of its name"),
    _drawn("lane in a lane", _LANES.format(_INNER), says="the innermost counts"),
    _drawn(
        "performer",
        inside='<performer id="w" name="anna"/>',
        says="the assignee, when it has an expression or name in `resourceAssignmentExpression`",
        warned="“a” names nobody who may do it: no assignee, candidate users or groups.",
    ),
    _drawn(
        "potentialOwner",
        inside='<potentialOwner id="w" name="registry"/>',
        says="the candidates, when `resourceAssignmentExpression` says `group(registry), user(anna)`",
        warned="“a” names nobody who may do it: no assignee, candidate users or groups.",
    ),
]
_POOLS = '<collaboration id="c"><participant id="p1" processRef="p"{}</participant><participant id="p2" name="Others"/>{}</collaboration>'
_SECOND = '<process id="q" isExecutable="true"><startEvent id="qs"/><endEvent id="qe"/><sequenceFlow id="qf" sourceRef="qs" targetRef="qe"/></process>'
POOLS = [
    _drawn("participant", beside=_POOLS.format(">", ""), says="its process runs"),
    _drawn("participant without a process", beside=_POOLS.format(">", "")),
    _drawn(
        "participant with multiplicity",
        beside=_POOLS.format('><participantMultiplicity maximum="3"/>', ""),
        says="drawn only; each instance is one of them",
    ),
    Case(
        "several executable processes",
        drawing=LINE,
        swap={"</definitions>": _SECOND + "</definitions>"},
        plays=PLAYS,
        says="each is a process of its own; all are deployed together",
    ),
    _drawn(
        "messageFlow",
        beside=_POOLS.format(">", '<messageFlow id="mf" sourceRef="a" targetRef="p2"/>'),
        says="drawn only; messages find their reader by name and correlation key",
    ),
    _drawn("conversation", beside='<collaboration id="c"><conversation id="k"/></collaboration>'),
    _drawn(
        "choreography",
        beside='<choreography id="c"><choreographyTask id="ct"/></choreography>',
        says="drawn only; the processes of the file run",
    ),
]
ARTIFACTS = [
    _drawn("textAnnotation", '<textAnnotation id="t"><text>x</text></textAnnotation>'),
    _drawn("association", '<association id="t" sourceRef="a" targetRef="e"/>'),
    _drawn("group", '<group id="t"/>'),
    _drawn("category", beside='<category id="t"><categoryValue id="cv" value="x"/></category>'),
    _drawn(
        "documentation", inside="<documentation>What to do.</documentation>", says="kept with the activity and shown"
    ),
    _drawn("auditing", inside='<auditing id="t"/>', says="drawn only; everything is kept in the history"),
    _drawn("monitoring", inside='<monitoring id="t"/>'),
]
_GLOBAL = "a global task is no process and cannot be called; draw a task"
BESIDE = {
    "message": '<message id="t" name="m"/>',
    "signal": '<signal id="t" name="m"/>',
    "error": '<error id="t" errorCode="m"/>',
    "escalation": '<escalation id="t" escalationCode="m"/>',
    "itemDefinition": '<itemDefinition id="t" structureRef="xsd:string"/>',
    "import": '<import importType="x" location="x.xsd" namespace="urn:x"/>',
    "extension": '<extension mustUnderstand="false" definition="x"/>',
    "interface": '<interface id="t" name="I"><operation id="op" name="O"><inMessageRef>m</inMessageRef></operation></interface>',
    "correlationProperty": '<correlationProperty id="t"/>',
    "resource": '<resource id="t" name="R"/>',
    "relationship": '<relationship type="x"><source>a</source><target>b</target></relationship>',
}
GLOBALS = ("globalTask", "globalUserTask", "globalManualTask", "globalBusinessRuleTask", "globalScriptTask")
SAID = {
    "message": "its name joins those who throw and catch it",
    "signal": "its name joins those who throw and catch it",
    "error": "its `errorCode` joins those who throw and catch it",
    "escalation": "its `escalationCode` joins those who throw and catch it",
    "interface": "drawn only; a topic says what a task does",
    "correlationProperty": "drawn only; the property `correlationKey` says by what a message finds its reader",
}
ROOTS = [
    *(_drawn(kind, beside=xml, at="beside the process", says=SAID.get(kind, DRAWN)) for kind, xml in BESIDE.items()),
    *(_drawn(kind, beside=f'<{kind} id="t"/>', at="beside the process", says=_GLOBAL) for kind in GLOBALS),
    Case(
        "extension",
        "beside the process",
        "that must be understood",
        LINE,
        beside='<extension mustUnderstand="true" definition="x:y"/>',
        where="",
        refused="The file needs the extension “x:y”, which is not known here.",
    ),
]


def _file(about: str, sentence: str, xml: str, where: str = "") -> Case:
    return Case("file", about, xml=xml.encode(), refused=sentence, where=where)


_PROCESS = f'{HEAD}<process id="p" isExecutable="true">{{}}</process></definitions>'
_TASKS = "".join(f'<task id="t{n}"/>' for n in range(1001))
FILE = [
    _file("no XML", "The file is empty.", ""),
    _file(
        "a document type",
        "The file has a DOCTYPE or entities; these are not allowed. Remove the DOCTYPE line.",
        "<!DOCTYPE a><definitions/>",
    ),
    _file("no BPMN", "The file is not a BPMN 2.0 diagram.", "<a/>"),
    _file("no process", "There is no process in the file.", f"{HEAD}</definitions>"),
    _file(
        "no executable process",
        "No process of the file is executable; mark one as executable.",
        f'{HEAD}<process id="p" isExecutable="false"/></definitions>',
        "p",
    ),
    _file("more than 1,000 elements", "The diagram has more than 1000 elements.", _PROCESS.format(_TASKS)),
    Case(
        "file",
        "elements without id",
        xml=_PROCESS.format(
            '<startEvent id="s"/><userTask/><sequenceFlow sourceRef="s" targetRef="auto-userTask-1"/>'
        ).encode(),
        plays="auto-userTask-1; do auto-userTask-1: end",
        says="an id is given",
    ),
    Case(
        "file",
        "an id twice",
        drawing=LINE,
        extra='<dataObject id="a"/>',
        where="a",
        refused="The id “a” is used 2 times.",
    ),
    Case(
        "file",
        "no start event",
        drawing="user a\nend e\na -> e",
        plays=PLAYS,
        says="begins with all that no flow leads to",
    ),
    Case(
        "file",
        "two start events without kind",
        drawing="start s\nstart x\nuser a\nend e\ns -> a -> e\nx -> a",
        refused="There is more than one start event without kind.",
    ),
    Case(
        "file",
        "several start events of different kinds",
        drawing="start s\nstart x message=m\nuser a\nuser b\nend e\ns -> a -> e\nx -> b -> e",
        start="x",
        plays="b; do b: end",
    ),
    Case(
        "file", "no end event", drawing="start s\nuser a\ns -> a", plays=PLAYS, says="a way ends where no flow leads on"
    ),
    Case(
        "file",
        "an element no way leads to",
        drawing=f"{LINE}\nuser x\nx -> e",
        refused="No way leads to “x”; connect it or delete it.",
    ),
    Case(
        "file",
        "a message that is not there",
        drawing="start s\ncatch x message=m\nend e\ns -> x -> e",
        swap={'<message id="message-m"': '<message id="other"'},
        refused="“message-m” is not in the file.",
    ),
    Case(
        "file",
        "a boundary event on nothing",
        drawing=f"{LINE}\nboundary x on=z timer=PT1H\nx -> e",
        refused="The boundary event is not attached to an activity.",
    ),
    Case(
        "file",
        "a boundary event on a task without type",
        drawing="start s\ntask a\nend e\ns -> a -> e\nboundary x on=a timer=PT1H\nx -> e",
        plays="end",
        says="a warning: the task is done at once, nothing can happen on its edge",
        completed="s a e",
    ),
]
_KNOWN = Known(groups=["registry"], forms=["pack"], topics=["t"], processes=["q"], functions=[])


def _unknown(about: str, words: str, sentence: str) -> Case:
    return Case("file", about, drawing=LINE.replace("user a", words), known=_KNOWN, where="a", refused=sentence)


UNKNOWN = [
    _unknown("a group that is not there", "user a candidateGroups=regsitry", "There is no group “regsitry”."),
    _unknown("a form that is not there", "user a formKey=pak", "There is no form “pak”."),
    _unknown("a topic without a handler", "service a topic=tt", "No handler is registered for topic “tt”."),
    _unknown("a called process that is not there", "call a calls=z", "There is no process “z” to call."),
]
IMPLICIT = [
    Case(
        "implicitThrowEvent",
        drawing=LINE,
        swap={"<userTask": "<implicitThrowEvent", "</userTask": "</implicitThrowEvent"},
        where="a",
        refused="This event is not run; use an intermediate throw event.",
    )
]
CASES = [*IMPLICIT, *UNKNOWN, *DATA, *PEOPLE, *POOLS, *ARTIFACTS, *ROOTS, *FILE]
