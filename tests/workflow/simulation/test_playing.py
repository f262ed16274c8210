"""What happens in a simulation is what happens in the house: people, machines, news and time stand in the answers."""

from tests.workflow.engine.drawing import bpmn
from tests.workflow.simulation.stage import advance, complete, hours, passed, play, waiting

REVIEW = "start s\nuser open\nuser check\nend e\ns -> open -> check -> e"
SERVICE = "start s\nservice x topic=letters\nboundary b on=x error=bad\nuser mend\nend e\ns -> x -> e\nb -> mend -> e"
DECIDED = "start s\nuser a\nxor g\nuser yes\nuser no\nend e\ns -> a -> g\ng -> yes if ok = true\ng -> no default\nyes -> e\nno -> e"
CAUGHT = "start s\ncatch c message=news key=no\nend e\ns -> c -> e"
HOURLY = "start s\nuser a\nboundary b on=a quiet cycle=R/PT1H\nuser r\nend e\ns -> a -> e\nb -> r -> e"


def test_a_process_without_steps_runs_until_it_must_wait():
    told = play(REVIEW)
    assert told["state"] == "waiting"
    assert waiting(told) == [("open", "user_task")]
    assert passed(told) == ["s entered", "s completed", "open entered"]


def test_completing_every_task_completes_the_process():
    told = play(REVIEW, complete("open", pages=3), complete("check", ok=True), variables={"no": "A1"})
    assert told["state"] == "completed"
    assert (told["open"], told["problems"]) == ([], [])
    assert told["variables"] == {"no": "A1", "pages": 3, "ok": True}


def test_complete_takes_the_oldest_open_task_of_the_element():
    told = play("start s\nuser a times=3\nend e\ns -> a -> e", *[complete("a", n=n) for n in (1, 2, 3)])
    assert told["state"] == "completed" and told["variables"]["n"] == 3


def test_a_repeated_activity_is_told_once_for_each_instance():
    told = play("start s\nuser a times=3\nend e\ns -> a -> e", complete("a"), complete("a"))
    assert passed(told, "a") == ["a entered"] * 3 + ["a completed"] * 2


def test_who_may_do_a_task_does_not_matter():
    drawing = REVIEW.replace("user open", "user open assignee=zoe").replace(
        "check\n", "check candidateGroups=review\n", 1
    )
    assert play(drawing, complete("open"), complete("check"))["state"] == "completed"


def test_rules_about_different_people_find_enough_of_them():
    rule = b'><extensionElements><camunda:properties><camunda:property name="differentFrom" value="open"/>'
    xml = bpmn(REVIEW).replace(b'name="check">', b'name="check"' + rule + b"</camunda:properties></extensionElements>")
    assert rule in xml
    assert play(xml, complete("open"), complete("check"))["state"] == "completed"


def test_rules_about_the_same_person_find_that_person():
    rules = b'<camunda:property name="differentFrom" value="a"/>', b'<camunda:property name="samePersonAs" value="b"/>'
    xml = bpmn("start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> c -> e")
    for name, rule in zip((b"b", b"c"), rules, strict=True):
        head = b'id="%s" name="%s">' % (name, name)
        said = b"<extensionElements><camunda:properties>" + rule + b"</camunda:properties></extensionElements>"
        assert head in xml
        xml = xml.replace(head, head + said)
    assert play(xml, complete("a"), complete("b"), complete("c"))["state"] == "completed"


def test_the_answers_decide_at_a_gateway():
    assert waiting(play(DECIDED, complete("a", ok=True))) == [("yes", "user_task")]
    assert waiting(play(DECIDED, complete("a", ok=False))) == [("no", "user_task")]


def test_an_outcome_is_the_button_pressed():
    told = play(REVIEW, {"complete": "open", "outcome": "approve"})
    assert told["variables"]["outcome"] == "approve"


def test_an_unknown_topic_succeeds_without_variables():
    told = play(SERVICE)
    assert (told["state"], told["variables"], told["problems"]) == ("completed", {}, [])


def test_services_answer_by_topic():
    assert play(SERVICE, services={"letters": {"variables": {"id": 7}}})["variables"] == {"id": 7}


def test_services_answer_by_element_before_topic():
    services = {"letters": {"variables": {"id": 7}}, "x": {"variables": {"id": 8}}}
    assert play(SERVICE, services=services)["variables"] == {"id": 8}


def test_a_service_s_error_goes_to_its_boundary_event():
    told = play(SERVICE, services={"letters": {"error": "bad"}})
    assert waiting(told) == [("mend", "user_task")]
    assert passed(told, "x", "b") == ["x entered", "b caught", "x cancelled", "b completed"]


def test_an_error_nobody_catches_is_an_incident_at_its_element():
    told = play(SERVICE, services={"letters": {"error": "worse"}})
    assert told["state"] == "incident"
    [problem] = told["problems"]
    assert (problem["element"], problem["rule"]) == ("x", "incident") and "“worse”" in problem["message"]
    assert waiting(told) == [("x", "job")]


def test_a_list_of_answers_is_used_one_after_the_other_and_the_last_goes_on():
    drawing = "start s\nservice x topic=t loop=true max=4\nend e\ns -> x -> e"
    services = {"t": [{"variables": {"a": 1}}, {"variables": {"b": 2}}, {"variables": {"b": 3, "c": 3}}]}
    assert play(drawing, services=services)["variables"] == {"a": 1, "b": 3, "c": 3}


def test_handlers_of_the_house_are_not_called():
    told = play("start s\nservice x topic=notices.tell\nend e\ns -> x -> e")
    assert told["state"] == "completed"


def test_a_listener_of_the_house_is_not_asked():
    listener = '<extensionElements><camunda:taskListener event="complete" delegateExpression="${receipts.open}"/>'
    xml = bpmn(REVIEW).decode().replace('name="open">', f'name="open">{listener}</extensionElements>')
    assert listener in xml
    assert waiting(play(xml.encode(), complete("open"))) == [("check", "user_task")]


def test_a_message_goes_to_who_waits_for_its_key():
    told = play(CAUGHT, {"message": "news", "key": 7, "variables": {"text": "hi"}}, variables={"no": 7})
    assert told["state"] == "completed" and told["variables"] == {"no": 7, "text": "hi"}
    assert passed(told, "c") == ["c entered", "c caught", "c completed"]


def test_a_message_of_another_key_or_name_stays_away():
    for message in ({"message": "news", "key": "8"}, {"message": "news"}, {"message": "olds", "key": "7"}):
        assert waiting(play(CAUGHT, message, variables={"no": "7"})) == [("c", "message")]


def test_a_message_that_comes_too_early_is_kept():
    drawing = CAUGHT.replace("end e\ns -> c", "user u\nend e\ns -> u -> c")
    told = play(drawing, {"message": "news", "key": "7"}, complete("u"), variables={"no": "7"})
    assert told["state"] == "completed"


def test_a_signal_reaches_all_that_wait_for_it():
    drawing = (
        "start s\nand g\ncatch a signal=go\ncatch b signal=go\nand j\nend e\ns -> g\ng -> a -> j\ng -> b -> j\nj -> e"
    )
    assert waiting(play(drawing, {"signal": "stop"})) == [("a", "signal"), ("b", "signal")]
    assert play(drawing, {"signal": "go", "variables": {"x": 1}})["variables"] == {"x": 1}


def test_a_message_thrown_reaches_its_reader_by_itself():
    drawing = (
        "start s\nand g\nuser u\nthrow t message=news key=no payload=text\ncatch c message=news key=no\nend e\nend f\n"
        "s -> g\ng -> c -> e\ng -> u -> t -> f"
    )
    told = play(drawing, complete("u", text="hi"), variables={"no": 1})
    assert told["state"] == "completed"
    assert passed(told, "t", "c") == ["c entered", "t entered", "t thrown", "t completed", "c caught", "c completed"]


def test_time_goes_on_only_when_it_is_told_to():
    drawing = "start s\ncatch t timer=PT2H\nend e\ns -> t -> e"
    told = play(drawing, advance("PT1H"))
    assert told["open"] == [{"element": "t", "kind": "timer", "due": "2026-07-01T03:00:00+00:00"}]
    assert play(drawing, advance("PT1H"), advance("PT1H"))["state"] == "completed"


def test_a_timer_in_the_past_fires_at_once():
    assert play("start s\ncatch t date=2020-01-01\nend e\ns -> t -> e")["state"] == "completed"


def test_a_cycle_fires_at_each_of_its_times():
    told = play(HOURLY, advance("PT3H30M"))
    assert hours(told, "b", "caught") == ["07-01 02:00", "07-01 03:00", "07-01 04:00"]
    assert [each["element"] for each in told["open"]].count("r") == 3


def test_what_comes_of_a_timer_begins_at_its_time():
    told = play("start s\ncatch t timer=PT1H\ncatch u timer=PT1H\nend e\ns -> t -> u -> e", advance("P1D"))
    assert hours(told, "u", "caught") == ["07-01 03:00"]


def test_timers_fire_in_the_order_of_time_whatever_the_drawing_s():
    drawing = (
        "start s\nand g\ncatch a timer=PT2H\ncatch b timer=PT1H\nand j\nend e\ns -> g\ng -> a -> j\ng -> b -> j\nj -> e"
    )
    assert passed(play(drawing, advance("PT2H")), "a", "b")[2:4] == ["b caught", "b completed"]


def test_a_month_is_a_month_of_the_calendar():
    told = play("start s\ncatch t timer=P1M\nend e\ns -> t -> e", advance("P1M"), now="2026-01-31T09:00")
    assert hours(told, "t", "caught") == ["02-28 01:00"]


def test_the_clock_moves_to_a_moment_as_well():
    told = play("start s\ncatch t date=2026-08-01\nend e\ns -> t -> e", advance("2026-08-01"))
    assert hours(told, "t", "caught") == ["07-31 16:00"]


def test_an_interrupting_timer_takes_the_task_away():
    drawing = "start s\nuser a\nboundary b on=a timer=PT1H\nuser late\nend e\ns -> a -> e\nb -> late -> e"
    told = play(drawing, advance("PT1H"))
    assert waiting(told) == [("late", "user_task")]
    assert "a cancelled" in passed(told)


def test_a_task_says_until_when():
    told = play("start s\nuser a dueDate=P1D\nend e\ns -> a -> e")
    assert told["open"] == [{"element": "a", "kind": "user_task", "due": "2026-07-02T01:00:00+00:00"}]


def test_a_called_process_of_another_file_is_played_as_well():
    called = bpmn("start s2\nuser inner\nend e2\ns2 -> inner -> e2", "called")
    calling = bpmn("start s\ncall c calls=called\nend e\ns -> c -> e")
    told = play(calling, beside={"called.bpmn": called})
    assert waiting(told) == [("c", "call"), ("inner", "user_task")]
    told = play(calling, complete("inner", x=1), beside={"called.bpmn": called})
    assert told["state"] == "completed" and told["variables"] == {"x": 1}
    assert passed(told, "c", "inner") == ["c entered", "inner entered", "inner completed", "c completed"]


def test_a_called_process_of_the_same_file_is_played_as_well():
    one, two = (
        bpmn(text, key).decode()
        for text, key in (
            ("start s\ncall c calls=q\nend e\ns -> c -> e", "p"),
            ("start s2\nuser u\nend e2\ns2 -> u -> e2", "q"),
        )
    )
    second = two[two.index("<process") : two.index("</definitions>")]
    both = one.replace("</definitions>", second + "</definitions>").encode()
    assert waiting(play(both)) == [("c", "call"), ("u", "user_task")]
    assert waiting(play(both, process="q")) == [("u", "user_task")]


def test_a_process_that_calls_itself_for_ever_is_an_incident():
    told = play("start s\ncall c calls=p\nend e\ns -> c -> e")
    assert told["state"] == "incident" and "depth of called processes" in told["problems"][0]["message"]


def test_a_gateway_without_a_way_out_is_an_incident_and_undoes_the_step():
    drawing = DECIDED.replace("g -> no default", "g -> no if ok = false")
    told = play(drawing, complete("a", ok=None), complete("yes"))
    assert told["state"] == "incident"
    assert told["problems"][0]["element"] == "g"
    assert waiting(told) == [("a", "user_task")] and "ok" not in told["variables"]


def test_a_start_that_fails_is_an_incident():
    told = play("start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x = 1\ng -> b if x = 2\na -> e\nb -> e")
    assert (told["state"], told["trace"], told["open"]) == ("incident", [], [])
    assert told["problems"][0]["element"] == "g"


def test_machines_that_go_round_for_ever_are_stopped(monkeypatch):
    monkeypatch.setattr("workflow.simulation.machine.MOST_MOVES", 30)
    told = play("start s\nservice x topic=t\nxor g\nend e\ns -> x -> g\ng -> x default\ng -> e if done = true")
    assert told["state"] == "incident" and "automatic moves" in told["problems"][0]["message"]
    assert waiting(told) == [("x", "job")]


ROUND = "start s\nservice x topic=t\nxor g\nend e\ns -> x -> g\ng -> x default\ng -> e if done = true"


def test_machines_that_come_back_to_the_same_are_stopped_soon():
    told = play(ROUND)
    assert told["state"] == "incident" and "goes round for ever" in told["problems"][0]["message"]
    assert 40 < passed(told, "x").count("x completed") < 70


def test_a_long_way_round_that_comes_to_its_end_is_none_for_ever():
    answers = [{"variables": {"n": number}} for number in range(70)] + [{"variables": {"done": True}}]
    assert play(ROUND, services={"t": answers})["state"] == "completed"
    assert play("start s\nservice x topic=t loop=true max=80\nend e\ns -> x -> e")["state"] == "completed"


def test_processes_that_call_many_that_call_many_are_stopped():
    def calling(name: str, called: str) -> bytes:
        return bpmn(
            f"start s{name}\ncall c{name} calls={called} times=20\nend e{name}\ns{name} -> c{name} -> e{name}", name
        )

    last = bpmn("start s\nuser u\nend e\ns -> u -> e", "p3")
    told = play(
        calling("p0", "p1"), beside={"1.bpmn": calling("p1", "p2"), "2.bpmn": calling("p2", "p3"), "3.bpmn": last}
    )
    assert (
        told["state"] == "incident"
        and "number of processes of one case would exceed 500" in told["problems"][0]["message"]
    )


def test_a_machine_s_loop_that_is_always_true_is_refused():
    for written in ("true", "${true}", "=true"):
        told = play(f"start s\nservice x topic=t loop={written}\nend e\ns -> x -> e")
        assert (told["state"], told["problems"][0]["rule"]) == ("refused", "loop_marker")
    assert play("start s\nuser x loop=true\nend e\ns -> x -> e")["state"] == "waiting"


def test_a_process_begins_at_the_start_event_named():
    drawing = "start s\nstart m message=order\nuser a\nuser b\nend e\ns -> a -> e\nm -> b -> e"
    assert waiting(play(drawing)) == [("a", "user_task")]
    assert waiting(play(drawing, start="m")) == [("b", "user_task")]


def test_a_process_without_plain_start_begins_with_the_news_of_the_first_step():
    drawing = "start m message=order\nstart n signal=bell\nuser a\nuser b\nend e\nm -> a -> e\nn -> b -> e"
    told = play(drawing, {"message": "order", "variables": {"no": 5}}, complete("a"), variables={"x": 1})
    assert told["state"] == "completed" and told["variables"] == {"x": 1, "no": 5}
    assert waiting(play(drawing, {"signal": "bell"})) == [("b", "user_task")]


def test_a_process_with_one_start_event_begins_there_without_any_news():
    assert waiting(play("start m message=order\nuser a\nend e\nm -> a -> e")) == [("a", "user_task")]


def test_the_clock_of_the_house_does_not_stand_still_afterwards(clock):
    before = clock.move(hours=1)
    play(REVIEW, advance("P1D"))
    assert clock.move() == before


TIMED = "start t timer=PT1H\ncatch c timer=PT1H\nend e\nt -> c -> e"


def test_a_process_that_begins_by_a_timer_begins_when_it_is_due():
    told = play(TIMED, advance("PT1H"), variables={"x": 1})
    assert hours(told, "t", "completed") == ["07-01 02:00"]
    assert waiting(told) == [("c", "timer")] and told["variables"] == {"x": 1}
    assert play(TIMED, advance("PT59M"), advance("PT1M"), variables={"x": 1}) == told
    assert play(TIMED, advance("P1D"))["state"] == "completed"


def test_it_begins_at_once_when_time_never_goes_on():
    told = play(TIMED)
    assert hours(told, "t", "completed") == ["07-01 01:00"]


def test_a_cycle_begins_a_process_each_time():
    told = play(TIMED.replace("timer=PT1H", "cycle=R/PT1H", 1), advance("PT3H"))
    assert hours(told, "t", "completed") == ["07-01 02:00", "07-01 03:00", "07-01 04:00"]


def test_a_second_message_begins_a_second_process():
    drawing = "start m message=order\nuser a\nend e\nm -> a -> e"
    told = play(drawing, {"message": "order", "key": "1"}, {"message": "order", "key": "2"})
    assert waiting(told) == [("a", "user_task")] * 2


def test_what_comes_before_the_news_that_begins_it_goes_on_without_it():
    drawing = "start m message=order\nuser a\nend e\nm -> a -> e"
    told = play(drawing, advance("PT1H"), {"message": "order"})
    assert hours(told, "a", "entered") == ["07-01 02:00"]


def test_a_process_nothing_has_begun_yet_waits():
    told = play(TIMED, advance("PT1M"))
    assert (told["state"], told["trace"], told["variables"]) == ("waiting", [], {})
    assert told["open"] == [{"element": "t", "kind": "timer", "due": "2026-07-01T02:00:00+00:00"}]


def test_tasks_of_another_process_can_be_done_before_the_played_one_begins():
    other = bpmn("start o signal=bell\nuser u assignee=person-1\nend f\no -> u -> f", "other")
    told = play(TIMED, {"signal": "bell"}, complete("u"), advance("PT2H"), beside={"other.bpmn": other})
    assert told["state"] == "completed" and "u completed" in passed(told)
