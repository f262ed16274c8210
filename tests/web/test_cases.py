import io

from tests.web import desk
from workflow import cases
from workflow.identity import Group
from workflow.models import StoredFile

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def test_the_list_shows_only_cases_i_may_see(office, clock, signed_in):
    desk.put(office, 2)

    mine, none = signed_in("anna").get("/cases").text, signed_in("carl").get("/cases").text

    assert "张三0" in mine
    assert "张三" not in none
    assert signed_in("anna").get("/cases?text=件1").text.count("张三1") >= 1
    assert "张三0" not in signed_in("anna").get("/cases?text=件1").text
    assert "张三" not in signed_in("anna").get("/cases?state=closed").text


def test_a_case_tells_its_story_in_words(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")
    anna.post(f"/tasks/{task_id}/completion", data={"seen": "完好", "request_key": "k"})

    page = anna.get(f"/cases/{desk.stand(office, task_id).case_id}").text

    assert "安娜认领“查看”" in page
    assert "安娜办结“查看”" in page
    assert "决定" in page
    anna.post("/language", data={"language": "en"})
    assert "安娜 completed “Look at it”" in anna.get(f"/cases/{desk.stand(office, task_id).case_id}").text


def test_a_stranger_finds_no_case_and_nothing_of_it(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    carl = signed_in("carl")

    assert carl.get(f"/cases/{case_id}").status_code == 404
    assert carl.get(f"/cases/{case_id}/diagram.bpmn").status_code == 404
    assert carl.post(f"/cases/{case_id}/comments", data={"body": "hm"}).status_code == 404
    assert carl.post(f"/cases/{case_id}/attachments", data={}).status_code == 404
    assert carl.post(f"/cases/{case_id}/incidents/1/retries").status_code in (403, 404)
    assert carl.get("/cases/424242").status_code == 404


def test_the_diagram_is_the_one_the_case_runs_on(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id

    answer = signed_in("anna").get(f"/cases/{case_id}/diagram.bpmn")

    assert answer.mimetype == "application/xml"
    assert b'id="look"' in answer.data
    assert signed_in("anna").get(f"/cases/{case_id}/diagram.bpmn?instance=999").status_code == 404


def test_the_page_says_where_the_tokens_are(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id

    page = signed_in("anna").get(f"/cases/{case_id}").text

    assert "<strong>查看</strong>" in page


def permit_comments(office):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["comments"]


def test_a_comment_is_written_and_told(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    permit_comments(office)
    anna = signed_in("anna")

    answer = anna.ask(f"/cases/{case_id}/comments", "POST", data={"body": "封口有疑问\r\n<b>请看</b>"})

    assert answer.status_code == 200
    assert "&lt;b&gt;请看&lt;/b&gt;" in answer.text
    assert "安娜发表评论" in anna.get(f"/cases/{case_id}").text


def test_an_empty_comment_is_refused_beside_its_field(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    permit_comments(office)

    assert signed_in("anna").ask(f"/cases/{case_id}/comments", "POST", data={"body": " "}).status_code == 422
    assert signed_in("anna").post(f"/cases/{case_id}/comments", data={"body": "x" * 5000}).status_code == 422


def test_without_the_permission_nobody_comments(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id

    assert signed_in("anna").post(f"/cases/{case_id}/comments", data={"body": "hm"}).status_code == 403


def test_an_attachment_is_kept_and_handed_out_to_those_who_see_the_case(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    permit_comments(office)
    anna = signed_in("anna")
    sent = {"file": (io.BytesIO(PNG), "../../封面.png")}

    answer = anna.ask(f"/cases/{case_id}/attachments", "POST", data=sent, content_type="multipart/form-data")
    file = anna.get("/files/1")
    picture = anna.get("/files/1/picture")

    assert "封面.png" in answer.text
    assert file.data == PNG
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert picture.mimetype == "image/jpeg"
    assert signed_in("carl").get("/files/1").status_code == 404
    assert signed_in("carl").get("/files/1/picture").status_code == 404


def test_a_file_missing_in_the_store_is_said_so(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    permit_comments(office)
    anna = signed_in("anna")
    sent = {"file": (io.BytesIO(PNG), "封面.png")}
    anna.ask(f"/cases/{case_id}/attachments", "POST", data=sent, content_type="multipart/form-data")
    with office.database.reading() as session:
        office.files.path(session.get_one(StoredFile, 1).sha256).unlink()

    answer = anna.get("/files/1")

    assert answer.status_code == 503
    assert "封面.png" in answer.text


def test_a_web_page_is_no_attachment(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    permit_comments(office)
    sent = {"file": (io.BytesIO(b"<html><script>alert(1)</script>"), "a.png")}

    answer = signed_in("anna").ask(
        f"/cases/{case_id}/attachments", "POST", data=sent, content_type="multipart/form-data"
    )

    assert answer.status_code == 422
    assert signed_in("anna").get("/files/1").status_code == 404


def test_variables_are_shown_with_the_permission_only(office, clock, signed_in):
    task_id = desk.put(office)[0]
    case_id = desk.stand(office, task_id).case_id

    assert "<summary>变量</summary>" in signed_in("dora").get(f"/cases/{case_id}").text
    assert "<summary>变量</summary>" not in signed_in("anna").get(f"/cases/{case_id}").text


def test_a_hostile_title_and_name_are_text_on_the_case_page(office, clock, signed_in):
    with office.database.transaction() as session:
        task = desk.begin(session, "</title><script>alert(1)</script>", "件1")

    page = signed_in("anna").get(f"/cases/{task.case_id}").text

    assert "<script>alert" not in page
    assert cases.normal("件1") == "件1"
