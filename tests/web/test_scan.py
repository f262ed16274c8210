from tests.web import desk
from workflow import tasks
from workflow.identity import Group, User


def test_a_number_with_one_task_for_me_claims_and_opens_it(office, clock, signed_in):
    task_id = desk.put(office, 2)[1]

    answer = signed_in("anna").post("/scan", data={"code": "件1"})

    assert (answer.status_code, answer.location) == (303, f"/tasks/{task_id}")
    assert desk.stand(office, task_id).assignee == "anna"


def test_looking_changes_nothing(office, clock, signed_in):
    task_id = desk.put(office)[0]

    answer = signed_in("anna").get("/scan?code=件0")

    assert answer.location == f"/tasks/{task_id}"
    assert desk.stand(office, task_id).assignee is None


def test_full_width_and_blanks_make_no_difference(office, clock, signed_in):
    with office.database.transaction() as session:
        task = desk.begin(session, "李四", "EM123456789CN")

    answer = signed_in("anna").post("/scan", data={"code": " ｅｍ１２３４５６７８９cn "})

    assert answer.location == f"/tasks/{task.id}"


def test_several_tasks_are_listed(office, clock, signed_in):
    with office.database.transaction() as session:
        for number in range(2):
            task = desk.begin(session, f"李四{number}", f"件{number}")
            desk.cases.add_key(session, task.case, "共同")

    answer = signed_in("anna").post("/scan", data={"code": "共同"})

    assert answer.status_code == 200
    assert "李四0" in answer.text
    assert "李四1" in answer.text


def test_what_waits_for_another_says_for_whom(office, clock, signed_in):
    with office.database.transaction() as session:
        task = desk.begin(session, "李四", "件7")
        tasks.claim(session, task, session.get_one(User, "bob"))

    answer = signed_in("anna").post("/scan", data={"code": "件7"})

    assert answer.status_code == 200
    assert "bob" in answer.text or "鲍勃" in answer.text


def test_a_stranger_learns_nothing_of_a_number(office, clock, signed_in):
    desk.put(office)

    known, unknown = (signed_in("carl").post("/scan", data={"code": code}) for code in ("件0", "件999"))

    assert known.text.replace("件0", "X") == unknown.text.replace("件999", "X") or "张三" not in known.text
    assert "查不到" in known.text


def test_an_empty_scan_asks_for_a_number(office, clock, signed_in):
    assert signed_in("anna").get("/scan").status_code == 200
    assert signed_in("anna").post("/scan", data={"code": "  "}).status_code == 200


def test_words_that_are_no_number_lead_to_the_search_of_whoever_reads_dossiers(office, clock, signed_in):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"]

    answer = signed_in("anna").post("/scan", data={"code": "历城县 干部"})

    assert (answer.status_code, answer.location) == (
        303,
        "/dossiers?text=%E5%8E%86%E5%9F%8E%E5%8E%BF%20%E5%B9%B2%E9%83%A8",
    )
    assert signed_in("carl").post("/scan", data={"code": "历城县"}).status_code == 200
    assert signed_in("anna").post("/scan", data={"code": "EM000000000CN"}).status_code == 200
