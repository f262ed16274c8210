"""Lint: what cannot run as drawn is refused with a sentence at the element."""

import pytest

from tests.workflow.engine.drawing import HEAD, bpmn
from workflow import engine
from workflow.diagram import names
from workflow.errors import DefinitionRefused
from workflow.lint import Known, Level, error, lint, rule
from workflow.lint.findings import rules

FINE = "start s\nuser a candidateGroups=receiving formKey=pack\nend e\ns -> a -> e"


def said(drawing, known=None, level=Level.ERROR):
    """rule → (element, sentence) of the findings of this level."""
    xml = drawing if isinstance(drawing, bytes) else bpmn(drawing)
    found = lint(xml, known or Known())
    return {finding.rule: (finding.element, str(finding.message)) for finding in found if finding.level is level}


def between(element, more=""):
    return f"start s\n{element}\nend e\ns -> x -> e\n{more}"


def test_a_clean_diagram_has_no_findings():
    assert lint(bpmn(FINE)) == []


UNSUPPORTED = {
    "script x": "Scripts are not run",
    "complex x": "Complex gateways are not run",
    "transaction x": "Transactions are not run",
    "adhoc x": "Ad-hoc sub-processes are not run",
}


@pytest.mark.parametrize("element", UNSUPPORTED)
def test_an_element_we_do_not_run_is_refused_saying_what_to_draw_instead(element):
    assert said(between(element))["unsupported_element"] == ("x", said(between(element))["unsupported_element"][1])
    assert said(between(element))["unsupported_element"][1].startswith(UNSUPPORTED[element])


HANDLERS = {
    "sub x event\n start y\n user z\n y -> z": ("event_kind", "y", "of kind “none” is not run here"),
    "sub x event\n start y compensate\n user z\n y -> z": ("event_kind", "y", "of kind “compensate” is not run"),
    "sub x event\n user z": ("beginning", "x", "no start event"),
    "sub x event\n start y message=m\n start w message=n\n user z\n y -> z\n w -> z": (
        "beginning",
        "w",
        "one start event only",
    ),
    "sub x event times=2\n start y message=m\n user z\n y -> z": ("event_sub_process", "x", "no loop marker"),
    "sub x event\n start y message=m\n user z\n y -> z\na -> x": ("event_sub_process", "x", "No sequence flow"),
    "sub x event\n start y message=m\n user z\n y -> z\nx -> e": ("event_sub_process", "x", "No sequence flow"),
    "sub x event\n start y message=m\n user z\n y -> z\nboundary b on=x timer=PT1H\nb -> e": (
        "event_sub_process",
        "x",
        "no events on its edge",
    ),
    "sub x event\n start y error=E quiet\n user z\n y -> z": ("event_sub_process", "y", "An error always interrupts"),
    "sub x event\n start y conditional\n user z\n y -> z": ("event_says_what", "y", "says no condition"),
    "sub x event\n start y timer=\n user z\n y -> z": ("event_says_what", "y", "says no time"),
    "sub x event\n start y conditional=a.b\n user z\n y -> z": ("expression", "y", "not an expression we can use"),
    "sub x event\n start y error=E\n user z\n y -> z\nsub v event\n start w error=E\n user u\n w -> u": (
        "caught_twice",
        "w",
        "catches the same error “E”",
    ),
    "sub x event\n start y message=m\n user z\n y -> z\n user lost": ("unreachable", "lost", "No way leads to"),
}


@pytest.mark.parametrize("handler", HANDLERS)
def test_an_event_sub_process_that_cannot_run_is_refused(handler):
    rule, element, sentence = HANDLERS[handler]
    found = said(f"{FINE}\n{handler}")
    assert found[rule][0] == element and sentence in found[rule][1]


def test_an_event_sub_process_may_catch_another_code_and_another_kind():
    handlers = "sub x event\n start y error=E\n user z\n y -> z\nsub v event\n start w error=\n user u\n w -> u"
    assert said(f"{FINE}\n{handlers}\nsub t event\n start s2 escalation=E quiet\n user r\n s2 -> r") == {}


def test_two_edges_that_catch_the_same_error_are_refused():
    drawing = between("service x topic=t", "boundary b on=x error=E\nboundary c on=x error=E\nb -> e\nc -> e")
    assert said(drawing)["caught_twice"][0] == "c"


NO_WORK = {
    "service x": "has no topic",
    "send x": "neither a message nor a topic",
    "receive x": "which message",
    "call x": "which process",
    "rule x": "neither a decision nor a topic",
    "rule x topic=t decisionRef=d": "choose one",
}


@pytest.mark.parametrize("element", NO_WORK)
def test_work_for_machines_must_say_which(element):
    assert NO_WORK[element] in said(between(element))["no_work"][1]


EVENTS = {
    "catch x error=E": "event_kind",
    "catch x": "event_kind",
    "catch x compensate": "event_kind",
    "throw x timer=PT1H": "event_kind",
    "throw x cancel": "event_kind",
    "throw x error=E": "event_kind",
    "throw x compensate": "event_kind",
    "catch x message=": "event_says_what",
    "throw x signal=": "event_says_what",
    "catch x message=${name}": "event_says_what",
    "throw x escalation=": "event_says_what",
    "catch x timer=": "event_says_what",
    "catch x timer=P1X": "event_says_what",
    "catch x timer=PT": "event_says_what",
    "catch x conditional": "event_says_what",
    "catch x cycle=R0/PT1H": "timer_cycle",
    "catch x timer=R3/PT1H": "timer_cycle",
    "throw x link=A": "link_target",
}


@pytest.mark.parametrize("element", EVENTS)
def test_an_event_that_cannot_run_here_is_refused(element):
    assert said(between(element))[EVENTS[element]][0] == "x"


@pytest.mark.parametrize(
    "start", ["start s error=E", "start s escalation=E", "start s compensate", "start s cancel", "start s link=A"]
)
def test_a_start_event_of_a_strange_kind_is_refused(start):
    assert said(FINE.replace("start s", start))["event_kind"][0] == "s"


@pytest.mark.parametrize("end", ["end e timer=PT1H", "end e cancel", "end e compensate", "end e conditional"])
def test_an_end_event_of_a_strange_kind_is_refused(end):
    assert said(FINE.replace("end e", end))["event_kind"][0] == "e"


def test_a_sub_process_begins_without_kind():
    drawing = between("sub x\n start y message=m\n end z\n y -> z")
    assert said(drawing)["event_kind"] == ("y", "A sub-process begins with a start event without kind.")


EDGES = {
    "boundary b on=x error=E quiet": "An error always interrupts",
    "boundary b on=s timer=PT1H": "not attached to an activity",
    "boundary b on=nowhere timer=PT1H": "not attached to an activity",
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_boundary_event_stands_on_an_activity(edge):
    assert EDGES[edge] in said(between("user x", f"{edge}\nb -> e"))["attached"][1]


@pytest.mark.parametrize("work", ["task", "send"])
def test_an_event_on_the_edge_of_what_is_done_at_once_never_comes(work):
    drawing = between(f"{work} x message=m" if work == "send" else f"{work} x", "boundary b on=x timer=PT1H\nb -> e")
    assert said(drawing) == {}
    assert said(drawing, level=Level.WARNING)["attached"] == (
        "b",
        "“x” is done at once; nothing can happen on its edge.",
    )


@pytest.mark.parametrize(
    ("cycle", "rule"), [("R0/PT1H", "timer_cycle"), ("R/PT1S", "timer_cycle"), ("R/PT0S", "event_says_what")]
)
def test_a_senseless_repeating_timer_is_refused(cycle, rule):
    assert said(between("user x", f"boundary b on=x cycle={cycle} quiet\nb -> e"))[rule][0] == "b"


@pytest.mark.parametrize("cycle", ["R3/PT1H", "R/P1D", "R2/PT10S"])
def test_a_repeating_timer_that_can_come_only_once_is_a_warning(cycle):
    drawing = between("user x", f"boundary b on=x cycle={cycle}\nb -> e")
    assert said(drawing) == {} and said(drawing, level=Level.WARNING)["timer_cycle"][0] == "b"


FLOWS = {
    "duplicate_id": (f"{FINE}\nuser a", "a"),
    "dangling_flow": (f"{FINE}\na -> nowhere", "a-nowhere"),
    "beginning": ("user a\nuser b\na -> b\nb -> a", "p"),
    "unreachable": (f"{FINE}\nuser lost\nlost -> e", "lost"),
    "decision": ("start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x = 1\ng -> b\na -> e\nb -> e", "g-b"),
    "deadlock": (
        "start s\nxor g\nuser a\nuser b\nand j\nend e\ns -> g\ng -> a if x = 1\ng -> b default\na -> j\nb -> j\nj -> e",
        "j",
    ),
    "loop_without_wait": (
        "start s\nxor m\ntask t\nxor g\nend e\ns -> m -> t -> g\ng -> m if x = 1\ng -> e default",
        "g",
    ),
    "event_gateway": ("start s\nevents g\nuser a\ncatch c message=m\nend e\ns -> g -> a -> e\ng -> c -> e", "a"),
    "loop_marker": (between("user x loop="), "x"),
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_way_that_leads_nowhere_is_refused(name):
    drawing, element = FLOWS[name]
    assert said(drawing)[name][0] == element


def test_a_process_without_start_event_is_a_warning_that_names_where_it_begins():
    drawing = "user a\nuser b\nend e\na -> e\nb -> e"
    assert said(drawing) == {}
    assert said(drawing, level=Level.WARNING)["beginning"] == (
        "p",
        "There is no start event; it begins with all that no flow leads to: a, b.",
    )


INSTANTIATING = {
    "start s\nreceive r message=m\nuser a\nend e\ns -> a -> r -> e": "no flow may lead to it",
    "receive r message=m times=2\nend e\nr -> e": "no loop and no events on its edge",
    "receive r message=m\nboundary b on=r timer=PT1H\nend e\nr -> e\nb -> e": "no loop and no events on its edge",
    "start s\nsub S\n receive r message=m\n end i\n r -> i\nend e\ns -> S -> e": "Only on the top level",
}


@pytest.mark.parametrize("drawing", INSTANTIATING)
def test_what_begins_the_process_has_no_way_in(drawing):
    xml = bpmn(drawing).replace(b"<receiveTask", b'<receiveTask instantiate="true"')
    assert said(xml)["instantiating"][0] == "r" and INSTANTIATING[drawing] in said(xml)["instantiating"][1]


def test_a_gateway_that_needs_all_its_events_is_refused():
    drawing = "start s\nevents g\ncatch x message=m\ncatch y message=n\nend e\ns -> g\ng -> x -> e\ng -> y -> e"
    xml = bpmn(drawing).replace(b"<eventBasedGateway", b'<eventBasedGateway eventGatewayType="Parallel"')
    assert said(xml)["event_gateway"][0] == "g"


def test_a_flow_must_not_cross_the_edge_of_a_sub_process():
    drawing = between("sub x\n start y\n user z\n y -> z\n z -> e")
    assert "must not cross" in said(drawing)["dangling_flow"][1]


def test_a_split_that_all_ways_of_a_decision_pass_is_no_deadlock():
    drawing = "start s\nxor g\nuser a\nuser b\nxor m\nand f\nuser c\nuser d\nand j\nend e\ns -> g\ng -> a if x = 1\ng -> b default\na -> m\nb -> m\nm -> f\nf -> c -> j\nf -> d -> j\nj -> e"
    assert "deadlock" not in said(drawing)


def test_where_two_tokens_may_decide_differently_a_deadlock_is_only_a_warning():
    drawing = (
        "start s\nand f\nuser c\nuser d\nxor m\nxor g\nuser a\nuser b\nand j\nend e\ns -> f\nf -> c -> m\nf -> d -> m\nm -> g\n"
        "g -> a if x = 1\ng -> b default\na -> j\nb -> j\nj -> e"
    )
    assert "deadlock" not in said(drawing) and said(drawing, level=Level.WARNING)["deadlock"][0] == "j"


def test_a_decision_without_default_is_only_a_warning():
    drawing = "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x = 1\ng -> b if x = 2\na -> e\nb -> e"
    assert said(drawing) == {} and said(drawing, level=Level.WARNING)["decision"][0] == "g"


def test_a_task_whose_flows_all_have_conditions_is_a_warning():
    drawing = "start s\nuser a\nuser b\nend e\ns -> a\na -> b if x = 1\nb -> e"
    assert said(drawing) == {} and said(drawing, level=Level.WARNING)["decision"][0] == "a"
    assert "decision" not in said(drawing + "\na -> e default", level=Level.WARNING)


def test_a_user_task_without_anybody_is_a_warning():
    assert said("start s\nuser a\nend e\ns -> a -> e", level=Level.WARNING)["nobody"][0] == "a"


KNOWN = Known(
    groups=["receiving", "archive"],
    users=["anna"],
    forms=["pack"],
    topics=["province.push"],
    listeners=["packs.accept"],
    processes=["loan"],
    decisions=["fee"],
    functions=["is_working_day"],
)
UNKNOWN = {
    "unknown_group": ("user x candidateGroups=recieving", "receiving"),
    "unknown_user": ("user x assignee=ana", "anna"),
    "unknown_form": ("user x formKey=pak", "pack"),
    "unknown_topic": ("service x topic=province.psh", "province.push"),
    "unknown_process": ("call x calls=loans", "loan"),
    "unknown_decision": ("rule x decisionRef=fees", "fee"),
    "unknown_function": ("catch x date=${is_workingday(day)}", "is_working_day"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_nobody_knows_is_refused_with_the_nearest_known(name):
    element, near = UNKNOWN[name]
    found = {finding.rule: finding for finding in lint(bpmn(between(element)), KNOWN)}
    assert found[name].element == "x" and str(found[name].fix) == f"Did you mean “{near}”?"


@pytest.mark.parametrize(
    "element",
    [
        "user x candidateGroups=receiving,archive formKey=pack assignee=${initiator}",
        "service x topic=province.push",
        "call x calls=loan",
        "call x calls=${which}",
        "rule x decisionRef=fee resultVariable=sum",
        "rule x decisionRef=${which} resultVariable=sum",
        "catch x date=${is_working_day(day)}",
        "user x assignee=anna",
    ],
)
def test_known_names_and_expressions_are_accepted(element):
    assert said(between(element), KNOWN) == {}


def test_an_unknown_listener_is_refused():
    listener = '<extensionElements><camunda:taskListener event="complete" delegateExpression="${packs.acept}"/></extensionElements>'
    xml = (
        bpmn(FINE.replace("-> a", ""))
        .replace(b'name="a" camunda', b'name="a" z="" camunda')
        .replace(b'camunda:formKey="pack">', f'camunda:formKey="pack">{listener}'.encode())
    )
    found = [finding for finding in lint(xml, KNOWN) if finding.rule == "unknown_listener"]
    assert [(f.element, str(f.fix)) for f in found] == [("a", "Did you mean “packs.accept”?")]


EXPRESSIONS = [
    "start s\nuser x assignee=${pack.owner}\nend e\ns -> x -> e",
    "start s\nuser x dueDate=${now()+}\nend e\ns -> x -> e",
    "start s\ncatch x message=m key=a.b\nend e\ns -> x -> e",
    "start s\nuser x times=os.cpus\nend e\ns -> x -> e",
]


@pytest.mark.parametrize("drawing", EXPRESSIONS)
def test_every_expression_must_be_one_of_ours(drawing):
    element, sentence = said(drawing)["expression"]
    assert element == "x" and "is not an expression we can use" in sentence


def test_a_condition_must_be_an_expression_too():
    drawing = "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x.y == 1\ng -> b default\na -> e\nb -> e"
    assert said(drawing)["expression"][0] == "g-a"


FILES = {
    b"": "xml",
    b"<a/>": "not_bpmn",
    f"{HEAD}</definitions>".encode(): "no_process",
    f'{HEAD}<process id="p" isExecutable="false"/></definitions>'.encode(): "no_process",
    b"<!DOCTYPE a><a/>": "xml",
    bpmn(FINE).replace(b'id="a"', b'id="' + b"a" * 201 + b'"'): "name_too_long",
    bpmn("start s\n" + "\n".join(f"task t{n}" for n in range(1001))): "too_large",
}


@pytest.mark.parametrize("xml", FILES, ids=FILES.values())
def test_a_file_that_is_no_process_is_refused(xml):
    assert FILES[xml] in said(xml)
    with pytest.raises(DefinitionRefused) as refused:
        engine.parse(xml)
    assert refused.value.findings and str(refused.value)


def test_sub_processes_ten_deep_are_enough():
    lines, flows = [], []
    for depth in range(11):
        lines.append(f"{' ' * depth}sub S{depth}")
        flows.insert(0, f"{' ' * (depth + 1)}start s{depth}")
    assert "nested_too_deep" in said("\n".join(["start s", *lines, *flows]))


def test_a_refusal_carries_all_findings():
    with pytest.raises(DefinitionRefused) as refused:
        engine.parse(bpmn(between("script x") + "\nuser lost\nlost -> e"))
    assert {finding.rule for finding in refused.value.findings} == {"unsupported_element", "unreachable"}


def test_a_process_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(DefinitionRefused, match="no executable process “q” in the file, only: p"):
        engine.parse(bpmn(FINE), "q")


def test_a_condition_on_the_time_is_a_warning():
    drawing = between('catch x conditional="now() > due"')
    assert said(drawing) == {} and "take a timer" in said(drawing, level=Level.WARNING)["event_says_what"][1]


@pytest.mark.parametrize(
    "inner", ["<assignment><from>a</from><to>b</to></assignment>", "<transformation>x + 1</transformation>"]
)
def test_data_that_is_computed_on_its_way_is_refused(inner):
    written = (
        f'<dataInputAssociation id="d"><sourceRef>o</sourceRef><targetRef>i</targetRef>{inner}</dataInputAssociation>'
    )
    xml = bpmn("start s\nuser x\nend e\ns -> x -> e").replace(
        b'<userTask id="x" name="x">', f'<userTask id="x" name="x">{written}'.encode()
    )
    assert said(xml)["data_mapping"][0] == "x"


def test_another_folder_may_add_a_rule():
    @rule
    def no_anna(process, known):
        for node in process.nodes.values():
            if node.activity.assignee == "anna":
                yield error("no_anna", node.id, "x")

    try:
        assert "no_anna" in said(between("user x assignee=anna"))
        with pytest.raises(ValueError, match="twice"):
            rule(lambda process, known: []) and rule(_named("no_anna"))
    finally:
        rules.pop("no_anna"), rules.pop("<lambda>", None)


def _named(name):
    def other(process, known):
        return []

    other.__name__ = name
    return other


def test_every_kind_of_element_is_either_run_or_refused():
    for kind in sorted(names.NODES - {"startEvent", "boundaryEvent"}):
        xml = f'{HEAD}<process id="p"><startEvent id="s"/><{kind} id="x"/><sequenceFlow id="f" sourceRef="s" targetRef="x"/></process></definitions>'
        try:
            engine.parse(xml.encode())
        except DefinitionRefused as refused:
            assert refused.findings
