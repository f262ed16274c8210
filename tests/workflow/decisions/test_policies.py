"""Hit policies: what comes of the rules that hit; two readings of a table are never resolved silently."""

from itertools import product

import pytest

from tests.workflow.decisions.drawing import NOW, decided, dmn, refused
from workflow import decisions
from workflow.decisions import DecisionFailed, Policy, mapped
from workflow.expressions import Around

RULES = """ | amount || fee
    | < 10  || 1
    | < 100 || 2
    | < 50  || 2
    | = 70  || 5
"""
RANKED = RULES.replace("|| fee", "|| fee=5,2,1")


@pytest.mark.parametrize(
    ("policy", "amount", "value"),
    [
        ("UNIQUE", 60, 2),
        ("UNIQUE", 100, None),
        ("ANY", 20, 2),
        ("ANY", 100, None),
        ("FIRST", 5, 1),
        ("FIRST", 20, 2),
        ("FIRST", 70, 2),
        ("FIRST", 100, None),
        ("RULE ORDER", 5, [1, 2, 2]),
        ("RULE ORDER", 70, [2, 5]),
        ("RULE ORDER", 100, []),
        ("COLLECT", 5, [1, 2, 2]),
        ("COLLECT", 100, []),
        ("COLLECT+SUM", 5, 5),
        ("COLLECT+SUM", 100, None),
        ("COLLECT+MIN", 5, 1),
        ("COLLECT+MIN", 100, None),
        ("COLLECT+MAX", 70, 5),
        ("COLLECT+MAX", 100, None),
        ("COLLECT+COUNT", 5, 3),
        ("COLLECT+COUNT", 100, 0),
    ],
)
def test_a_policy_gives(policy, amount, value):
    assert decided(policy + RULES, amount=amount).value == value


@pytest.mark.parametrize(
    ("policy", "amount", "value"),
    [
        ("PRIORITY", 5, 2),
        ("PRIORITY", 70, 5),
        ("PRIORITY", 100, None),
        ("OUTPUT ORDER", 5, [2, 2, 1]),
        ("OUTPUT ORDER", 70, [5, 2]),
        ("OUTPUT ORDER", 100, []),
    ],
)
def test_a_policy_by_output_values_gives(policy, amount, value):
    assert decided(policy + RANKED, amount=amount).value == value


def test_two_rows_that_hit_a_unique_table_are_named():
    with pytest.raises(DecisionFailed, match="Decision “The fee”: Only one row may hit, but rows 1, 2, 3 do."):
        decided("UNIQUE" + RULES, amount=5)


def test_unique_without_a_policy_written_is_the_same():
    content = dmn(fee="UNIQUE" + RULES).decode().replace(' hitPolicy="UNIQUE"', "").encode()
    with pytest.raises(DecisionFailed, match="Only one row"):
        decided(content, amount=5)


def test_rows_that_hit_an_any_table_must_agree():
    with pytest.raises(DecisionFailed, match="Rows 1, 2, 3 hit and do not say the same."):
        decided("ANY" + RULES, amount=5)


def test_any_compares_all_outputs_as_json_does():
    drawing = "ANY | amount || fee | flag\n | - || 1 | true\n | - || 1 | {flag}"
    assert decided(drawing.format(flag="true"), amount=1).value == {"fee": 1, "flag": True}
    with pytest.raises(DecisionFailed, match="Rows 1, 2"):
        decided(drawing.format(flag="1"), amount=1)


def test_the_first_row_that_hits_is_the_last_one_looked_at():
    drawing = 'FIRST | amount || fee\n | > 0 || 1\n | - || amount - "x"'
    assert decided(drawing, amount=1).value == 1
    with pytest.raises(DecisionFailed, match="Row 2, column “fee”"):
        decided(drawing, amount=0)


def test_several_outputs_give_an_object_and_its_first_output_ranks_first():
    drawing = 'PRIORITY | amount || who="head","clerk" | days=3,5\n | - || "clerk" | 3\n | - || "head" | 5\n | > 1 || "head" | 3'
    assert decided(drawing, amount=1).value == {"who": "head", "days": 5}
    assert decided(drawing, amount=2).value == {"who": "head", "days": 3}


def test_an_output_outside_its_list_is_refused_when_written_and_stopped_when_calculated():
    drawing = "PRIORITY | amount || fee=1,2\n | - || {answer}"
    assert refused(drawing.format(answer="3")) == [
        "Decision “The fee”, row 1, column “fee”: “3” is not among the values the column lists."
    ]
    with pytest.raises(DecisionFailed, match="Row 1 gives “9”, which is not among the values of column “fee”"):
        decided(drawing.format(answer="amount"), amount=9)


def test_a_sum_is_exact():
    drawing = "COLLECT+SUM | amount || fee\n | - || 0.1\n | - || 0.2\n | > 1 || 0.7"
    assert decided(drawing, amount=1).value == 0.3
    assert (decided(drawing, amount=2).value, type(decided(drawing, amount=2).value)) == (1, int)


@pytest.mark.parametrize(
    ("answer", "said"), [('"x"', "Row 2 gives “x”"), ("true", "Row 2 gives “True”"), ("null", "Row 2 gives “None”")]
)
def test_only_numbers_are_summed_up(answer, said):
    drawing = f"COLLECT+SUM | amount || fee\n | - || 1\n | - || {answer}"
    with pytest.raises(DecisionFailed, match=said + ", which is no number"):
        decided(drawing, amount=1)


def test_a_table_may_say_what_it_gives_when_no_row_hits():
    content = (
        dmn(fee="UNIQUE" + RULES)
        .decode()
        .replace('name="fee">', 'name="fee"><defaultOutputEntry><text>9</text></defaultOutputEntry>')
    )
    assert decided(content.encode(), amount=100).value == 9
    assert decided(content.encode(), amount=60).value == 2


def test_the_outcome_tells_what_was_asked_and_which_rows_hit():
    outcome = decided("COLLECT" + RULES, amount=20)
    assert outcome.inputs == {"amount": 20}
    assert [(hit.row, hit.rule, hit.outputs) for hit in outcome.hits] == [
        (2, "row-2", {"fee": 2}),
        (3, "row-3", {"fee": 2}),
    ]


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        ("BEST" + RULES, "There is no hit policy “BEST”."),
        ("UNIQUE+SUM" + RULES, "“UNIQUE” with “SUM” has no meaning."),
        ("COLLECT+AVERAGE" + RULES, "“COLLECT” with “AVERAGE” has no meaning."),
        ("COLLECT+SUM | amount || a | b\n | - || 1 | 2", "Only one output column can be summed up or counted."),
        ("PRIORITY" + RULES, "Under the hit policy “PRIORITY” an output column lists its values."),
        ("OUTPUT ORDER" + RULES, "Under the hit policy “OUTPUT ORDER” an output column lists its values."),
        ("UNIQUE | amount ||\n | - ||", "The table has no output column."),
        ("UNIQUE | amount || fee | fee\n | - || 1 | 2", "Two output columns are called “fee”."),
        ("PRIORITY | amount || fee=low,high\n | - || 1", "Here stand values only"),
    ],
)
def test_a_table_without_meaning_is_refused(drawing, said):
    assert any(said in each for each in refused(drawing))


RESULTS = {
    "single": "UNIQUE | a || fee\n | 1 || 7",
    "object": "UNIQUE | a || fee | day\n | 1 || 7 | 2",
    "list": "COLLECT | a || fee\n | - || 7\n | 1 || 8",
}
MAPPED = [
    ("single", None, 7, None),
    ("single", "singleEntry", 7, None),
    ("single", "singleResult", {"fee": 7}, None),
    ("single", "collectEntries", [7], []),
    ("single", "resultList", [{"fee": 7}], []),
    ("object", None, {"fee": 7, "day": 2}, None),
    ("object", "singleResult", {"fee": 7, "day": 2}, None),
    ("object", "resultList", [{"fee": 7, "day": 2}], []),
    ("list", None, [7, 8], [7]),
    ("list", "collectEntries", [7, 8], [7]),
    ("list", "resultList", [{"fee": 7}, {"fee": 8}], [{"fee": 7}]),
]


@pytest.mark.parametrize(("drawing", "how", "value", "without"), MAPPED)
def test_a_result_is_mapped_as_the_task_asks(drawing, how, value, without):
    assert mapped(decided(RESULTS[drawing], a=1), how) == value
    assert mapped(decided(RESULTS[drawing], a=0), how) == without


@pytest.mark.parametrize(
    ("drawing", "how"),
    [("list", "singleEntry"), ("list", "singleResult"), ("object", "singleEntry"), ("object", "collectEntries")],
)
def test_a_result_that_does_not_fit_is_not_cut(drawing, how):
    with pytest.raises(DecisionFailed, match="The task wants one"):
        mapped(decided(RESULTS[drawing], a=1), how)


CELLS = ["-", "< 2", ">= 2", "1", "2, 3", "not(2)", "[1..2]", "]1..3["]
MEANING = [
    lambda v: True, lambda v: v < 2, lambda v: v >= 2, lambda v: v == 1, lambda v: v in (2, 3), lambda v: v != 2,
    lambda v: 1 <= v <= 2, lambda v: 1 < v < 3,
]  # fmt: skip


@pytest.mark.parametrize("policy", list(Policy))
def test_every_pair_of_cells_under_every_policy_agrees_with_its_meaning_in_python(policy):
    """The table of all pairs of cells, asked with all values, against a model of a few lines."""
    pairs = list(product(range(len(CELLS)), repeat=2))
    rows = "".join(f"\n | {CELLS[one]} | {CELLS[two]} || {(one * 5 + two * 3) % 4}" for one, two in pairs)
    table = decisions.read(dmn(fee=f"{policy} | a | b || fee=3,1,0,2{rows}")).by_id["fee"].logic
    for a, b in product(range(5), repeat=2):
        hits = [(one * 5 + two * 3) % 4 for one, two in pairs if MEANING[one](a) and MEANING[two](b)]
        assert _told(table, a, b) == _expected(policy, hits), (a, b)


def _told(table, a, b):
    try:
        return table.decide(Around({"a": a, "b": b}, NOW)).value
    except DecisionFailed:
        return "refused"


def _expected(policy, hits):
    if policy is Policy.UNIQUE and len(hits) > 1 or policy is Policy.ANY and len(set(hits)) > 1:
        return "refused"
    ranked = sorted(hits, key=[3, 1, 0, 2].index)
    if policy in (Policy.RULE_ORDER, Policy.COLLECT):
        return hits
    if policy is Policy.OUTPUT_ORDER:
        return ranked
    return (ranked if policy is Policy.PRIORITY else hits or [None])[0]
