"""What the house writes into its log: each line with the facts that were given along (`extra`), as name=value."""

import logging

_OWN = {*vars(logging.makeLogRecord({})), "message", "asctime"}  # what every record has


class Facts(logging.Formatter):
    """LEVEL:logger:event name=value …, and the traceback if there is one."""

    def __init__(self) -> None:
        super().__init__(logging.BASIC_FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        facts = (f"{name}={value!r}" for name, value in vars(record).items() if name not in _OWN)
        return " ".join([super().formatMessage(record), *facts])


def tell_facts() -> None:
    """Let the process's log be written so, to standard error; whoever has set up a log of their own keeps it."""
    logging.basicConfig()
    for handler in logging.getLogger().handlers:
        if type(handler.formatter) is logging.Formatter and handler.formatter._fmt == logging.BASIC_FORMAT:
            handler.setFormatter(Facts())
