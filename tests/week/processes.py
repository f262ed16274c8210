"""The processes of the week: drawings with what docs/human-tasks.md lets a diagram say, and their forms."""

from collections.abc import Mapping

from tests.web.desk import button, field, form
from tests.workflow.world import drawn

LOAN = """
    start s name=申请借阅 formKey=week-start
    user check name=受理 candidateGroups=loans formKey=week-check dueDate=P1D
    user approve name=主管审批 assignee=${head(starter())} formKey=week-decide dueDate=P1D
    xor g name=批否
    user amend name=补充说明 assignee=${starter()} formKey=week-check
    user fetch name=取档 candidateGroups=files formKey=week-check dueDate=P1D
    boundary late name=逾期 on=fetch timer=P1D quiet
    user chase name=催办取档 candidateGroups=loans formKey=week-check
    end chased
    service print name=打印清单 topic=week.work
    user receive name=领取 assignee=${starter()} formKey=week-check
    end e
    s -> check -> approve -> g
    g -> fetch if outcome = "agree"
    g -> amend default
    amend -> check
    fetch -> print -> receive -> e
    late -> chase -> chased
"""
REVIEW = """
    start s name=提请评审 formKey=week-start
    user prepare name=备件 candidateGroups=loans,files formKey=week-check
    and fork
    user sign name=评审 each='members("panel")' item=signer assignee=${signer} formKey=week-decide
    catch reply name=等复函 message=week.reply key=${ref}
    user copying name=复印 candidateGroups=front formKey=week-check
    and join
    xor g name=结果
    call stamping name=用印 calls=week-stamp
    end agreed
    user explain name=说明理由 candidateGroups=loans formKey=week-check
    end refused
    s -> prepare -> fork
    fork -> sign -> join
    fork -> reply -> join
    fork -> copying -> join
    join -> g
    g -> stamping if field(sign_signing, "result") = "agreed"
    g -> explain default
    stamping -> agreed
    explain -> refused
"""
STAMP = """
    start s
    user stamp name=盖章 candidateGroups=front formKey=week-check
    catch drying name=晾干 timer=PT2H
    user file name=归卷 candidateGroups=files formKey=week-check
    end e
    s -> stamp -> drying -> file -> e
"""
NOTICE = """
    start s name=拟发通知 formKey=week-start
    user draft name=起草 assignee=${starter()} formKey=week-check
    user turn name=依次会签 each='[head(starter()), members("seal")]' item=signer assignee=${signer} sequential formKey=week-decide
    user any name=或签 each='members("chiefs")' item=signer assignee=${signer} formKey=week-decide
    user seal name=监印 candidateGroups=seal formKey=week-check
    end e
    s -> draft -> turn -> any -> seal -> e
"""
LETTER = """
    start s name=收到复函 formKey=week-start
    user read name=阅函 candidateGroups=front formKey=week-check
    throw send name=告知 message=week.reply key=${ref}
    end e
    s -> read -> send -> e
"""
RARE = """
    start s name=销毁申请 formKey=week-start
    user first name=初核 candidateGroups=seal formKey=week-check
    user second name=复核 candidateGroups=keepers formKey=week-check
    end e
    s -> first -> second -> e
"""
SAID: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "week-loan": {
        "s": {"caseTitle": "借阅 ${subject}"},
        "check": {"checklist": "核对身份*; 看清事由", "reminders": "P1D: performer, starter", "copyTo": "starter"},
        "approve": {
            "starterApproves": "head",
            "noPerformer": "group:managers",
            "reminders": "PT0S: performer; P1D: head",
        },
        "fetch": {"followUpDate": "PT4H", "samePersonAgain": "ask"},
        "amend": {"noPerformer": "group:managers"},
        "receive": {"noPerformer": "group:managers"},
    },
    "week-review": {
        "s": {"caseTitle": "评审 ${subject}"},
        "sign": {"signing": "vote", "signingShare": "1/2", "signingOf": "votes", "signingHidden": "yes"},
        "copying": {"differentFrom": "prepare"},
    },
    "week-stamp": {"file": {"differentFrom": "stamp"}},
    "week-notice": {
        "s": {"caseTitle": "通知 ${subject}"},
        "turn": {"signing": "inTurn", "signingTwice": "yes"},
        "any": {"signing": "any"},
        "seal": {"copyTo": "group:managers"},
    },
    "week-letter": {"s": {"caseTitle": "复函 ${ref}"}},
    "week-rare": {"s": {"caseTitle": "销毁 ${subject}"}},
}
NAMES = {
    "week-loan": ("借阅审批", LOAN),
    "week-review": ("评审", REVIEW),
    "week-stamp": ("用印", STAMP),
    "week-notice": ("通知会签", NOTICE),
    "week-letter": ("复函登记", LETTER),
    "week-rare": ("销毁", RARE),
}
ORDER = ("week-stamp", "week-letter", "week-loan", "week-review", "week-notice", "week-rare")  # who is called first
FORMS = {
    "week-start.form": form(
        field("subject", "事由", "Matter", validate={"required": True, "maxLength": 60}),
        field("ref", "文号", "Reference", validate={"required": True}),
    ),
    "week-check.form": form(field("opinion", "意见", "Opinion", validate={"required": True})),
    "week-decide.form": form(
        field("opinion", "意见", "Opinion"), button("同意", "Agree", "agree"), button("不同意", "Refuse", "refuse")
    ),
}
DECIDED = {"approve", "sign", "turn", "any"}  # steps whose form has the two buttons


def diagram(key: str, version: int = 1) -> bytes:
    """The file of a process; version 2 of the loans has one step more and another name for one there was."""
    name, drawing = NAMES[key]
    if version == 2 and key == "week-loan":
        drawing = drawing.replace(
            "end e\n", "user survey name=回访 candidateGroups=front formKey=week-check\n    end e\n"
        )
        drawing = drawing.replace("receive -> e", "receive -> survey -> e").replace("name=取档 ", "name=调取档案 ")
    starters = "" if key == "week-stamp" else ' camunda:candidateStarterGroups="staff"'
    root = drawn(drawing, key, **SAID[key]).decode()
    return root.replace(' isExecutable="true"', f' name="{name}" isExecutable="true"{starters}', 1).encode()


def files(key: str, version: int = 1) -> dict[str, bytes]:
    """What is uploaded: the diagram and the forms it names."""
    return {f"{key}.bpmn": diagram(key, version), **FORMS}
