"""What the house does at each step of the receipt process (bpmn/receipt.bpmn), in the order a pack meets it.

arrival       signed for, traced, outside checked        returns       sent back, sender asked, supervised
opening       opened by two, looked up                   merging       judged, merged, handed over, other keeper asked
registration  materials, notice, registered, reviewed    shelving      on the shelf, receipt slip, province, told
ending        what keeps a receipt from being ended by hand

A person's step is an `@on_completion` listener with the same name as in the diagram; the machine's a `@service_task`.
What a later gateway asks stands in the variables the step returns.
"""
