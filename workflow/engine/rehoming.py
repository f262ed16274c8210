"""The tokens of an instance, each at the element that stands for its own in another version of the process."""

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from workflow.engine.elements import Element
from workflow.engine.events import EventGateway
from workflow.engine.instance import Instance
from workflow.engine.likeness import called, misfit
from workflow.engine.problems import CannotMigrate
from workflow.engine.scopes import Handler, Scope
from workflow.engine.several import Several
from workflow.engine.specification import Specification
from workflow.engine.token import Token
from workflow.expressions import Around


class Rehoming:
    """`before` is the instance as it was, `instance` what becomes of it; `homes` maps each old token's id to its new
    token, `made` are the sub-processes newly drawn around tokens. Raises CannotMigrate."""

    def __init__(
        self,
        old: Specification,
        new: Specification,
        mapping: Mapping[str, str],
        before: Instance,
        around: Around | None,
    ) -> None:
        self.old, self.new, self.mapping, self.before = old, new, mapping, before
        self.instance = Instance(new, around)
        root = before.task_tree
        self.instance.task_tree = Token(self.instance, new.start, None, root.state, root.id)
        self.homes = {root.id: self.instance.task_tree}  # old token id → where it is now
        self.made: list[Token] = []  # scopes drawn around tokens
        tokens = [token for token in before.tasks.values() if token is not root]
        frames = [token for token in tokens if self._is_frame(token)]
        for token in sorted(frames, key=lambda token: (self._depth(token), token.depth)):
            self._settle(token)
        for token in tokens:
            if token.id not in self.homes and not self._is_dissolved(token) and not self._is_part(token):
                self._settle(token)
        for token in tokens:
            if self._is_part(token):
                self._take_along(token)
        self._leave_the_empty()
        self._in_order(self.instance.task_tree, {token_id: number for number, token_id in enumerate(before.tasks)})

    # Elements

    def image(self, spec: Element) -> Element | None:
        """What stands for an element, or for the body of a repeated one."""
        target = self.mapping.get(spec.bpmn_id, spec.bpmn_id)
        return self.new.task_specs.get(target + spec.name.removeprefix(spec.bpmn_id))

    def _needed(self, spec: Element) -> Element:
        image = self.image(spec)
        if image is None:
            raise CannotMigrate(activity_id=spec.bpmn_id, activity=called(spec))
        said = misfit(spec, image)
        if said is not None:
            raise CannotMigrate(said.template, spec.bpmn_id, **said.facts)
        return image

    def _is_frame(self, token: Token) -> bool:
        """A sub-process, or a repeated one, that is there in the new version too."""
        spec = token.task_spec
        inner = spec.body if isinstance(spec, Several) else spec
        return isinstance(inner, Scope) and not self._is_dissolved(token)

    def _is_dissolved(self, token: Token) -> bool:
        """A plain sub-process that the new version does not have: what is inside goes on outside."""
        spec = token.task_spec
        plain = isinstance(spec, Scope) and not isinstance(spec, Handler) and spec.name == spec.bpmn_id
        return plain and self.image(spec) is None

    def _is_part(self, token: Token) -> bool:
        """A token that only waits beside another, or behind an event gateway: it comes along with that."""
        behind = isinstance(token.parent.task_spec, EventGateway)
        return behind or token.task_spec.stands_by(token)

    def _depth(self, token: Token) -> int:
        image = self._needed(token.task_spec)
        return len(self._scopes(image.node.scope))

    def _scopes(self, scope: str) -> list[str]:
        """The sub-processes around, outermost first."""
        around: list[str] = []
        while scope:
            around.insert(0, scope)
            scope = self.new[scope].node.scope
        return around

    # Tokens

    def _settle(self, token: Token) -> None:
        """Give a token its place in the new version."""
        image = self._needed(token.task_spec)
        if isinstance(token.parent.task_spec, Several):
            container = self.homes[token.parent.id]
        else:
            container = self._container(self._anchor(token), image, token)
        moved = self._copy(token, image, container)
        if "flow" in token.internal_data and token.task_spec.is_join:
            moved.internal_data["flow"] = self._flow(token.internal_data["flow"], token.task_spec, image)

    def _copy(self, token: Token, image: Element, container: Token) -> Token:
        moved = Token(self.instance, image, container, token.state, token.id)
        moved.internal_data = dict(token.internal_data)
        if token.data is not token.parent.data:
            moved.data = token.data
        self.homes[token.id] = moved
        return moved

    def _anchor(self, token: Token) -> Token:
        """The new place of the nearest scope around a token that is still there."""
        scope = token.parent
        while scope.id not in self.homes:
            scope = scope.parent
        return self.homes[scope.id]

    def _container(self, anchor: Token, image: Element, token: Token) -> Token:
        """The scope in which the element stands: going out of, then into sub-processes as need be."""
        around = self._scopes(image.node.scope)
        while (here := anchor.task_spec.node.id) and here not in around:
            if isinstance(anchor.parent.task_spec, Several) or isinstance(anchor.task_spec, Handler):
                raise self._not_across(token, anchor.task_spec)
            anchor = anchor.parent
        inward = around[around.index(here) + 1 :] if here else around
        for scope in inward:
            anchor = self._inside(anchor, self.new[scope], token)
        return anchor

    def _inside(self, container: Token, scope: Element, token: Token) -> Token:
        there = [child for child in container.children if child.task_spec is scope]
        if len(there) == 1 and not isinstance(scope, Several | Handler):
            return there[0]
        if there or isinstance(scope, Several | Handler):
            raise self._not_across(token, scope)
        made = Token(self.instance, scope, container, TaskState.STARTED)
        self.instance.note("entered", made)
        self.made.append(made)
        return made

    def _not_across(self, token: Token, scope: Element) -> CannotMigrate:
        return CannotMigrate(
            "“{activity}” would cross the edge of “{scope}”, which may run several times or by an event only.",
            token.task_spec.bpmn_id,
            activity=called(token.task_spec),
            scope=called(scope),
        )

    def _flow(self, flow: str, join: Element, image: Element) -> str:
        """The flow by which the token came to a join: by id, by where it comes from, or the only one left."""
        target = self.mapping.get(flow, flow)
        if target in image.arrivals:
            return target
        came_from = source(self.old, flow)
        from_there = [each for each in image.arrivals if source(self.new, each) is self.image(came_from)]
        lost = [each for each in join.arrivals if self.mapping.get(each, each) not in image.arrivals]
        added = [each for each in image.arrivals if each not in {self.mapping.get(one, one) for one in join.arrivals}]
        for found in (from_there, added if len(lost) == 1 else []):
            if len(found) == 1:
                return found[0]
        raise CannotMigrate(
            "At “{activity}” work has already arrived from “{source}”, but in the new version none comes from there.",
            join.bpmn_id,
            activity=called(join),
            source=called(came_from),
        )

    def _take_along(self, token: Token) -> None:
        """An event that waits beside its activity or scope, or behind its gateway, goes on doing so if it still
        stands there."""
        owner, image = self.homes.get(token.parent.id), self.image(token.task_spec)
        stands = owner is not None and image is not None and image in beside(owner.task_spec)
        if stands and misfit(token.task_spec, image) is None:
            self._copy(token, image, owner)

    def _leave_the_empty(self) -> None:
        """A sub-process that all have left is over; of what came and went nothing need be told."""
        _root, *tokens = self.instance.tasks.values()
        for token in reversed(tokens):
            is_scope = isinstance(token.task_spec, Scope)
            if is_scope and all(child.task_spec.stands_by(child) for child in token.children):
                self.instance._remove_task(token.id)
        alive = self.instance.tasks
        self.instance.happenings = [each for each in self.instance.happenings if each.token_id in alive]

    def _in_order(self, token: Token, numbers: dict[str, int]) -> int:
        """Let the tokens in each container stand in the order they stood in; a scope that was made, by what is first
        in it. Returns the number of the first one inside, or of this one if it stood before."""
        inside = {child.id: self._in_order(child, numbers) for child in token.children}
        token._children.sort(key=inside.__getitem__)
        return numbers.get(token.id, min(inside.values(), default=0))


def beside(spec: Element) -> list[Element]:
    """The events that wait along with an element: at its edge, in its scope, behind its gateway."""
    behind = [way.target for way in spec.ways] if isinstance(spec, EventGateway) else []
    starts = [handler.start for handler in spec.handlers] if isinstance(spec, Scope) else []
    return [*spec.boundaries, *starts, *behind]


def source(specification: Specification, flow: str) -> Element:
    return next(spec for spec in specification.task_specs.values() if any(way.id == flow for way in spec.ways))
