"""Counting what stands on the shelves (清点, bpmn/inventory.bpmn; domain §4.3, §10.9 P-INV).

planning     scope, day and two counters; what is due; the scope freezes
counting     each counter scans alone; the second does not see what the first saw
comparing    what is present, missing, misplaced, unexpected, damaged, away
deciding     each difference is searched for and closed with a decision; a loss becomes a matter of its own
reporting    the signed report
ending       the freeze goes with the case, however it ended
work         the count a step is about, and what its forms say
"""
