"""What to do about a finding whose sentence only says what is the case."""

from dataclasses import replace

from workflow.errors import sentence
from workflow.lint.findings import Finding

ADVICE_SENTENCES = {  # by rule
    "xml": "Save the diagram again from a BPMN modeller.",
    "not_bpmn": "Save the diagram again from a BPMN modeller.",
    "no_process": "Draw a process and mark it as executable.",
    "process_key": "Begin with a letter, go on with letters, digits, “-”, “_” or “.”.",
    "duplicate_id": "Give each element an id of its own.",
    "too_large": "Divide it into processes that call one another.",
    "name_too_long": "Write a short name, and the rest as documentation.",
    "nested_too_deep": "Make the inner ones processes of their own and call them.",
    "beginning": "Each process and sub-process begins with one start event.",
    "dangling_flow": "Draw it from one element to another of the same level, or delete it.",
    "loop_without_wait": "Put a task or an event that waits into the loop.",
    "event_sub_process": "It begins with its start event and stands beside the flow of what it is drawn in.",
    "data_mapping": "Set the value in a form, or let a service task give it.",
    "instantiating": "Let a start event begin the process.",
    "overrun": "Give the join as many ways as tokens come, or bring them together before.",
    "deadlock": "Divide with a parallel gateway what a parallel gateway brings together.",
    "endless": "Draw a way out of the loop, to an end event.",
    "caught_twice": "Give each of them a code of its own, or delete one.",
    "timer_cycle": "Take a duration or a date, or let the event not interrupt.",
    "event_kind": "Take another kind of event.",
    "event_says_what": "Write it in the properties of the event.",
    "attached": "Put it on the edge of an activity that waits.",
    "link_target": "Give each pair of links one name.",
    "event_gateway": "Put only events that wait behind the gateway.",
    "no_work": "Write it in the properties of the element.",
    "expression": "The page docs/expressions.md shows what can be written.",
    "unknown_function": "The page docs/expressions.md names the functions there are.",
    "unknown_group": "Make this group first, or name another.",
    "unknown_user": "Name somebody who has an account, or a group.",
    "unknown_form": "Send the form along with the diagram, or name another.",
    "unknown_topic": "Choose a topic that has a handler.",
    "unknown_listener": "Choose a listener that is registered.",
    "unknown_process": "Deploy that process first, or together with this one.",
    "unknown_decision": "Send the decision table along with the diagram, or name another.",
    "form": "Correct the form in the form editor and send it again.",
}


def advised(finding: Finding) -> Finding:
    """The finding, with advice when it has none of its own."""
    if finding.fix is not None or finding.rule not in ADVICE_SENTENCES:
        return finding
    return replace(finding, fix=sentence(ADVICE_SENTENCES[finding.rule]))
