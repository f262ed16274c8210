"""The rows of the step tables (domain facts §10.1–10.9), written off from them, so that docs/processes.md can be held
against them: `tests/test_processes_page.py`. A gateway without an id of its own is called after the step before it
(`S3 XG`); a process told in one sentence (§10.9) has a row for each of its arrows."""

ROWS: dict[str, tuple[str, ...]] = {
    "P-REC": (
        *("R0", "R1", "XG1", "R2", "XG2", "R-REJ", "R3", "XG3", "R-ID", "R4", "XG4", "R-MRG", "R-DUP", "R5", "XG5"),
        *("R-NOTE", "R6", "R7", "R8", "R9a", "R9b", "R10"),
        *("timer", "difference", "paper", "late packs", "escalation", "M3", "M4"),  # day close, deadlines, compensation
    ),
    "P-IN": (
        *("I1", "I2", "I2 XG", "I3", "I4", "I5", "I6"),
        *("J1", "J2", "J3", "J3 XG", "J4", "J5", "J6", "J6 XG", "J7"),
    ),
    "P-SORT": (
        *("S1", "S2", "S3", "S3 XG", "S3b", "S4", "S5", "S6", "S7", "S8", "S9", "S9 XG", "S10", "S11"),
        *("timer", "damage", "foreign", "suspicious"),
    ),
    "P-SCAN": (
        *("C1", "C2", "C3", "C3b", "C4", "C5", "C5 XG", "C6", "C7", "C8", "C9", "C10"),
        *("ERR lost", "ERR carrier", "ERR purge"),
    ),
    "P-ACC": (
        *("A1", "A2", "A3", "A4", "A5", "A6", "A6 XG", "A7", "A8", "A9", "A10"),
        *("arrival", "trial", "training", "functions", "partial", "assets", "service"),  # 10.5 B and C
    ),
    "P-BRW": (
        *("B1", "B2", "B3", "B3 XG", "B4", "B4h", "B5", "B5 XG", "B6d", "B7d", "B6r", "B7r", "B8", "B6l", "B7l"),
        *("B8l", "B9", "own", "discipline", "once"),
    ),
    "P-OUT": (
        *("O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10", "O10 XG", "O4b", "O11", "O12"),
        *("cancel", "recall", "batch"),
    ),
    "P-MAT": ("sent", "check", "refused", "register", "folder", "bind", "scan", "lacking", "chase"),
    "P-AUD": ("first", "second", "doubts", "supplement", "determine", "discipline", "file", "master", "gate"),
    "P-INV": ("plan", "freeze", "count", "compare", "search", "report", "loss"),
    "P-LOSS": ("stop", "report", "search", "result", "permission", "rebuild", "prove", "responsibility"),
    "P-ENV": ("alarm", "confirm", "action", "normal", "escalate", "emergency"),
    "P-CERT": ("identity", "type", "facts", "draft", "review", "seal", "number", "verify", "not recorded"),
    "P-KEY": ("list", "count", "difference", "sign", "paper"),
}
NOT_HERE = {
    "P-PROC": "procurement, contract, payment (§10.8); an accepted quantity or article and its price wait for it (A10, "
    "assets)",
    "P-EXCH": "the exchange with the province as a process of its own (§10.9); one dossier's record is sent at R9b",
    "P-PERF": "self-evaluation (§10.9)",
}
