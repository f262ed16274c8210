"""A process that asks a decision table, for tests."""

from tests.workflow.decisions.drawing import dmn
from tests.workflow.world import drawn as diagram
from workflow import definitions

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
FEE = 'UNIQUE | amount || fee\n | < 10 || "low"\n | >= 10 || "high"'
DEARER = 'UNIQUE | amount || fee\n | < 100 || "low"\n | >= 100 || "high"'
PROCESS = """
    start s
    user open candidateGroups=registry
    rule ask decisionRef=fee
    xor g
    user cheap candidateGroups=registry
    user dear candidateGroups=registry
    end e
    end f
    s -> open -> ask -> g
    g -> cheap if fee = "low"
    g -> dear default
    cheap -> e
    dear -> f
"""


def drawn(drawing=PROCESS, said='camunda:resultVariable="fee"', key="p"):
    return diagram(drawing, key).replace(b"camunda:decisionRef=", f"{said} camunda:decisionRef=".encode())


def deploy(session, table=FEE, drawing=PROCESS, said='camunda:resultVariable="fee"', **files):
    resources = {"fees.dmn": dmn(fee=table), **files} if table else files
    return definitions.deploy(session, drawn(drawing, said), resources, "eve")
