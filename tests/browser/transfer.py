"""What the walks are about: a dossier is to leave the house; it is drafted, signed together, approved and sent."""

import io
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

from tests.web import desk
from tests.workflow.world import drawn
from workflow import attachments, cases, comments, definitions, instances, tasks
from workflow.identity import User
from workflow.models import ProcessDefinition, UserTask

DRAWING = """
    start s
    user draft candidateGroups=registry formKey=transfer-draft
    user sign each=people item=who assignee=${who} formKey=transfer-opinion
    xor agreed
    user approve assignee=dora formKey=transfer-approve
    user send candidateGroups=registry formKey=transfer-draft
    end e
    s -> draft -> sign -> agreed
    agreed -> approve if field(sign_signing, "result") = "agreed"
    agreed -> draft default
    approve -> send -> e
"""
NAMES = {
    "draft": ("拟办", "Draft"),
    "sign": ("会签", "Countersign"),
    "approve": ("主任审批", "Director's approval"),
    "send": ("发出", "Send it off"),
}
OPINION = {
    "type": "textarea",
    "key": "opinion",
    "label": "意见",
    "properties": {"label:en": "Opinion"},
    "validate": {"maxLength": 500},
}
AGREE, REFUSE = desk.button("同意", "Agree", "agree"), desk.button("不同意", "Refuse", "refuse")
FORMS = {
    "transfer-draft.form": desk.form(
        desk.field("receiver", "接收单位", "Receiving office", validate={"required": True}),
        desk.field("pieces", "材料份数", "Number of papers"),
        OPINION,
    ),
    "transfer-opinion.form": desk.form(OPINION, AGREE, REFUSE),
    "transfer-approve.form": desk.form(
        {"type": "textfield", "key": "receiver", "label": "接收单位", "readonly": True}
        | {"properties": {"label:en": "Receiving office"}},
        OPINION,
        desk.field(
            "signature",
            "签名",
            "Signature",
            properties={"kind": "drawn-signature", "label:en": "Signature"},
            validate={"required": True},
        ),
        AGREE,
        REFUSE,
    ),
}
Say = Callable[[str, str], str]


def deploy(session, **sign: str) -> ProcessDefinition:
    """The process; `sign`: what the signing says besides that all must agree and nobody hears of it before."""
    said: dict[str, Mapping[str, str]] = {each: {"name:en": english} for each, (_, english) in NAMES.items()}
    said["sign"] = {**said["sign"], "signing": "all", "signingHidden": "yes", **sign}
    xml = drawn(DRAWING, "transfer", transfer={"name:en": "Transfer of a dossier"}, **said).decode()
    for each, (name, _) in NAMES.items():
        xml = xml.replace(f'name="{each}"', f'name="{name}"')
    xml = xml.replace('<process id="transfer"', '<process id="transfer" name="档案转递审批"')
    return definitions.deploy(session, xml.encode(), FORMS, "eve")


def begin(session, say: Say, number: int = 1, people: tuple[str, ...] = ("anna", "bob"), **sign: str) -> UserTask:
    """A case that has just begun: its first task, open to the registry."""
    title = say("王建国 · 档案转往市教育局", "Wang Jianguo · dossier to the education office")
    case = cases.open_case(session, f"ZD-2026-{number:03}", title, "transfer", "anna")
    instance = instances.start(session, deploy(session, **sign), case, "anna", {"people": list(people)})
    return desk.waiting(session, instance.id)[0]


def to_signing(session, say: Say, **more) -> dict[str, UserTask]:
    """anna has drafted; by login the tasks of those who sign."""
    task = begin(session, say, **more)
    anna = session.get_one(User, "anna")
    answers = {
        "receiver": say("市教育局", "Education office"),
        "pieces": "46",
        "opinion": say("材料齐全，拟同意转出。", "Complete; to be sent."),
    }
    tasks.complete(session, tasks.claim(session, task, anna), anna, answers)
    return {each.assignee: each for each in desk.waiting(session, task.instance_id)}


def to_approval(session, say: Say, number: int = 1) -> UserTask:
    """All have signed, papers and words hang on the case: the director's task."""
    signing = to_signing(session, say, number=number)
    words = {"anna": say("已核对，无误。", "Checked, no errors."), "bob": say("同意。", "Agreed.")}
    for name, task in signing.items():
        tasks.complete(session, task, session.get_one(User, name), {"opinion": words[name]}, "agree")
    task = desk.waiting(session, signing["anna"].instance_id)[0]
    anna = session.get_one(User, "anna")
    attachments.add(session, task.case, anna, io.BytesIO(scan()), say("调档函.png", "request.png"), "image/png")
    attachments.add(
        session, task.case, anna, io.BytesIO(b"%PDF-1.4\n%%EOF"), say("转递清单.pdf", "list.pdf"), "application/pdf"
    )
    comments.add(session, task.case, anna, say("对方单位要求本周内寄出。", "They want it this week."))
    return task


def scan() -> bytes:
    """A sheet of paper as a scanner gives it: lines, a red seal."""
    image = Image.new("RGB", (900, 1270), "#fbfaf6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((250, 90, 650, 128), fill="#333")
    for line in range(14):
        pen.rectangle((110, 220 + 52 * line, 790 - (line % 4) * 90, 232 + 52 * line), fill="#888")
    pen.ellipse((560, 980, 760, 1180), outline="#b3261e", width=8)
    body = io.BytesIO()
    image.save(body, "PNG")
    return body.getvalue()
