"""The special audit (专项审核, 三龄二历一身份; bpmn/special-audit.bpmn; domain §1.5, §10.9 P-AUD).

items        what is audited: three ages, two histories, one identity, and what goes with them
reviewing    claim against earliest record: a first reviewer, then another
deciding     doubts listed, supplemented, determined by the leaders; what is serious goes to discipline
filing       the determination filed to class 5, its result to the master data, both values kept
ending       the case is over before its time
gate         whether an open doubt stops an appointment or a transfer
work         the audit a step is about
"""

from archive.audit.gate import open_doubts

__all__ = ["open_doubts"]
