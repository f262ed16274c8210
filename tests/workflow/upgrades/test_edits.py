"""Running instances follow a process through many machine-made edits: none is lost, each is where the plan said.

JUANLIU_TEST_INSTANCES (12) instances, JUANLIU_TEST_EDITS (12) edits; `make upgrades` plays 1,000 and 50."""

import copy
import os
import random

import pytest

from tests.workflow.engine.drawing import bpmn
from tests.workflow.upgrades.crowd import Crowd, Seen
from tests.workflow.upgrades.edits import EDITS
from tests.workflow.upgrades.models import Tree, first, mark_of
from workflow import definitions, engine, fsck, jobs, registry, upgrades
from workflow.errors import DefinitionRefused
from workflow.identity import User
from workflow.models import Job, ProcessDefinition, ProcessInstance
from workflow.office import Office
from workflow.statuses import UpgradeStatus

INSTANCES = int(os.environ.get("JUANLIU_TEST_INSTANCES", "12"))
NUMBER = int(os.environ.get("JUANLIU_TEST_EDITS", "12"))
SEED = int(os.environ.get("JUANLIU_TEST_SEED", "20260701"))


@pytest.fixture(autouse=True)
def worker(monkeypatch):
    monkeypatch.setitem(registry.service_tasks, "test.work", lambda session, work: {})


def test_no_instance_is_lost_by_any_edit_of_its_process(office, clock):
    """Seed printed on failure."""
    Season(office, SEED).play()


class Season:
    """The life of a process: edited again and again while its instances run."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.seed, self.chance = office, seed, random.Random(seed)
        self.crowd, self.tree = Crowd(office, self.chance), first()
        self.may_repeat = self.tree.repeatable()
        self.warned: set[tuple[int, str]] = set()  # (instance, mark) that a plan said would come once more
        self.moved = self.refused = self.undone = 0

    def play(self) -> None:
        self.crowd.start(self.crowd.deploy(self.tree.drawing()), INSTANCES)
        self.crowd.wander(6)
        for number in range(NUMBER):
            edit, decisions = self._edited(number)
            self.may_repeat |= self.tree.repeatable()
            newest = self.crowd.deploy(self.tree.drawing())
            for definition_id in self.crowd.running():
                if definition_id != newest.id:
                    self._upgrade(definition_id, newest, decisions, f"seed {self.seed}, edit {number}: {edit}")
            assert self.amiss() == [], f"seed {self.seed}, edit {number}: {edit}"
            if INSTANCES > 100:
                print(f"edit {number}: {edit}: {self.moved} moved, {self.refused} stayed so far", flush=True)
            self.crowd.wander(2, portions=3)
        self.crowd.finish()
        left = self.crowd.look([each for found in self.crowd.running().values() for each in found])
        assert {each: seen.tokens for each, seen in left.items()} == {}, f"seed {self.seed}"
        twice = {key for key, times in self.crowd.done.items() if times > 1 and key[1] not in self.may_repeat}
        assert twice <= self.warned, f"seed {self.seed}"
        assert self.amiss() == []
        print(f"\n{INSTANCES} instances, {NUMBER} edits: {self.moved} moved, {self.refused} stayed, {self.undone} back")
        assert self.moved > INSTANCES and self.undone

    def amiss(self) -> list[fsck.Problem]:
        with self.office.database.reading() as session:
            return fsck.run(session)

    def _edited(self, number: int) -> tuple[str, dict[str, str]]:
        """The tree after the next edit that gives a process lint accepts."""
        edits = [EDITS[number % len(EDITS)]] * 5 + self.chance.sample(EDITS, len(EDITS))
        for edit in edits:
            tree: Tree = copy.deepcopy(self.tree)
            decisions = edit(tree, self.chance)
            try:
                engine.parse(bpmn(tree.drawing()))
            except DefinitionRefused:
                continue
            if decisions is not None and tree.drawing() != self.tree.drawing():
                self.tree = tree
                return edit.__name__, decisions
        raise AssertionError("no edit fits")

    def _upgrade(self, old_id: int, new: ProcessDefinition, decisions: dict[str, str], said: str) -> None:
        ids = self.crowd.running()[old_id]
        before = self.crowd.look(ids)
        with self.office.database.transaction() as session:
            old, new = session.get_one(ProcessDefinition, old_id), session.merge(new, load=False)
            decided = {name: target for name, target in decisions.items() if name in old.activities}
            plan = upgrades.plan(session, old, new, decided)
            dry = {each: upgrades.dry_run(session, plan, session.get_one(ProcessInstance, each)) for each in ids}
            run = upgrades.begin(session, plan, session.get_one(User, "eve"), said)
            self._note_warnings(session, plan, before)
        self._perform(run, "upgrades.perform")
        after, results = self.crowd.look(ids), self._results(run)
        assert sorted(results) == ids
        for each in ids:
            self._check(plan, dry[each], before[each], after[each], results[each], said)
        assert plan.stay == sum(result.refused is not None for result in results.values()), said
        self._undo_some(run, before, results, said)

    def _note_warnings(self, session, plan: upgrades.Plan, before: dict[int, Seen]) -> None:
        models = [definitions.model(session, each) for each in (plan.old, plan.new)]
        again = engine.done_again(*models, plan.mapping)
        for instance_id, seen in before.items():
            for activity in seen.tokens.values():
                marks = (models[0].activities[name].name or "" for name in again.get(activity, ()))
                self.warned |= {(instance_id, mark_of(mark)) for mark in marks}

    def _perform(self, run, topic: str) -> None:
        with self.office.database.reading() as session:
            waiting = session.query(Job.id).filter(Job.topic == topic, Job.status == "waiting").order_by(Job.id).all()
        assert all(jobs.perform(self.office.database, each.id) for each in waiting)

    def _results(self, run) -> dict[int, object]:
        with self.office.database.reading() as session:
            found = upgrades.results(session, upgrades.find(session, run.id), limit=10_000)
            return {upgrade.instance_id: upgrade for upgrade, _case in found}

    def _check(self, plan, dry, before: Seen, after: Seen, result, said: str) -> None:
        if result.status is UpgradeStatus.REFUSED:
            assert before == after and dry.refused is not None, said
            self.refused += 1
            return
        assert result.status is UpgradeStatus.DONE and dry.refused is None, said
        assert (after.definition_id, after.revision) == (plan.new.id, before.revision + 1), said
        assert sorted(after.tokens.values()) == sorted(dry.after.values()), said  # new sub-processes have new tokens
        for token, activity in before.tokens.items():
            if token in after.tokens:  # sub-processes that are gone have none
                assert after.tokens[token] == plan.mapping[activity], said
        self._check_rows(plan, before, after, said)
        self.moved += 1

    def _check_rows(self, plan, before: Seen, after: Seen, said: str) -> None:
        for row, was in before.rows.items():
            is_work = row[0] in ("task", "job")
            if row not in after.rows:
                assert not is_work, said  # an event at an edge that is gone, or is another one
                continue
            now = after.rows[row]
            assert now["activity"] == plan.mapping[was["activity"]], said
            kept = ("token", "assignee", "due_at", "draft", "tries")
            assert [now.get(name) for name in kept] == [was.get(name) for name in kept], said
        fresh = {row for row in after.rows if row not in before.rows}
        assert {row[0] for row in fresh} <= {"timer", "news"}, said
        tasks = [said["definition"] for row, said in after.rows.items() if row[0] == "task"]
        assert set(tasks) <= {plan.new.id}, said

    def _undo_some(self, run, before: dict[int, Seen], results, said: str) -> None:
        """Some go back to just what they were, and forward again."""
        done = [each for each, result in results.items() if result.status is UpgradeStatus.DONE]
        chosen = self.chance.sample(done, len(done) // 5)
        for each in chosen:
            with self.office.database.transaction() as session:
                upgrade = session.merge(results[each], load=False)
                upgrades.undo(session, upgrade, session.get_one(User, "eve"), "doch nicht")
        after = self.crowd.look(chosen)
        for each in chosen:
            was, now = before[each], after[each]
            assert (now.definition_id, now.state, now.tokens) == (was.definition_id, was.state, was.tokens), said
            assert _without_news(now) == _without_news(was), said
        self.undone += len(chosen)
        with self.office.database.transaction() as session:
            plan = upgrades.plan(session, *_versions(session, run))
            for each in chosen[::2]:
                upgrades.perform(
                    session, plan, session.get_one(ProcessInstance, each), session.get_one(User, "eve"), said
                )


def _without_news(seen: Seen) -> dict:
    """Rows as they are; a subscription is written anew."""
    return {row: said for row, said in seen.rows.items() if row[0] != "news"}


def _versions(session, run) -> tuple[ProcessDefinition, ProcessDefinition]:
    found = upgrades.find(session, run.id)
    return found.old, found.new
