"""Around a task: what people say, ask, send each other and are reminded of, beside the process itself.

One module for each thing. None of them moves a token; all of them record in the case's history who did it and why.
"""
