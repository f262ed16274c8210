"""Why something moved or became otherwise, in words: the house keeps its own reasons short, people write theirs."""

from web.i18n import _, say
from workflow.errors import sentence

WHY_LABELS = {
    "sent": "sent by the sender",
    "signed for": "signed for",
    "registered": "registered",
    "shelved": "shelved",
    "materials are merged": "materials are merged",
    "handed out to be sorted": "handed out to be sorted",
    "taken back sorted": "taken back sorted",
    "handed out to be read": "handed out to be read",
    "put back": "put back",
    "given back, counted": "given back, counted",
    "put back after its case was over": "put back after its case was over",
    "loose materials are filed": "for loose papers to be filed",
    "loose materials were filed": "loose papers were filed",
    "pulled to be transferred": "pulled to be transferred",
    "handed over to be carried": "handed over to be carried",
    "received, notice scanned": "received, the notice scanned",
    "transfer cancelled": "transfer cancelled",
    "returned": "sent back",
    "forwarded": "sent on to the right keeper",
    "back after a loss": "back after a loss",
    "catalogue": "the catalogue was edited",
    "scanning": "scanning",
    "batch given up": "the scanning batch was given up",
    "queued": "waits to be sorted and scanned",
    "reviewed": "reviewed on arrival",
    "corrected after review": "corrected after the review",
    "materials merged": "materials are merged",
    "material supplied": "missing material was supplied",
    "suspicious paper": "a suspicious paper was found",
    "sorted": "sorted",
    "lost or damaged when sorted": "did not come back whole from sorting",
    "sorting ended early": "sorting ended early",
    "special audit": "special audit",
    "the audit ended early": "the audit ended early",
    "letter": "a letter came",
    "专项审核认定": "found by the special audit",
    "主数据更正": "the master data were corrected",
    "事项提前终止": "the matter ended early",
    "事项提前终止，材料退回": "the matter ended early, the papers went back",
}
WHY_OF = (  # how reasons begin that name a number or quote somebody
    ("back from scanning ", "back from scanning batch {what}"),
    ("scanning ", "to be scanned, batch {what}"),
    ("receipt of ", "receipt of notice {what}"),
    ("returned, to be sent again: ", "came back, to be sent again: {what}"),
    ("returned: ", "came back: {what}"),
    ("主数据更正：", "the master data were corrected: {what}"),
    ("sealed: ", "sealed by order of {what}"),
    ("seal lifted: ", "seal lifted by order of {what}"),
    ("handed on: ", "went along from {what}"),
)


def why_moved(why: str) -> str:
    """The reason of a move: the house's own words in the reader's language, what a person wrote as it stands."""
    if why in WHY_LABELS:
        return _(WHY_LABELS[why])
    said = next(((words, why.removeprefix(begins)) for begins, words in WHY_OF if why.startswith(begins)), None)
    return say(sentence(said[0], what=said[1])) if said else why
