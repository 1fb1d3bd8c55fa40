"""Random policies over the whole language, from a seed: every document that comes out is checked.

A policy has a main section; small ones for other types, so that references have somewhere to lead; hierarchies and an
agreement for its rules and conditions to use.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.language.document import (
    Agreement,
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Lift,
    MemberRule,
    Pseudonym,
    Section,
    Template,
    Transform,
)
from gateway.policy.language.references import BY_TYPE, target_of
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Node, Object
from tests.policy_side import DISCLOSABLE
from tests.policy_vocabulary import SELECTED
from tests.random_rules import fitting, random_hierarchies, random_whole

_FINEST = {"metro": "city", "country": "country", "region": "name"}
_NO_TEMPLATES = ("id", "href", "@schemaLocation")
_INSIDE = ("resource", "dependency")
_AGREEMENT = Agreement(objectives=(("notify_within", "5m"), ("tier", "gold")))
_CONDITIONS = (
    *(None, None, None, None, 'record.id != "x"', "object.interconnect", "!object.interconnect"),
    *('agreement.objectives.tier == "gold" && record.id != ""', 'object.interconnect || record.id < "s"'),
)


def random_policy(dice: random.Random, record_type: str, share: float = 0.4) -> DisclosurePolicy:
    """Return a checked policy whose first section is for `record_type` and has rules for this share of its places."""
    others = [name for name in DISCLOSABLE if name != record_type and dice.random() < 0.6]
    identifiers = {name: _identified(dice, name) for name in [record_type, *others]}
    draft = _Draft(dice, identifiers, random_hierarchies(dice))
    # The section for services first: templates of the others name what it discloses.
    order = sorted([record_type, *others], key=lambda name: name != "service")
    sections = {name: draft.section(name, share if name == record_type else 0.06) for name in order}
    document = DisclosurePolicy(
        "random",
        AudienceId("urn:demarc:operator:northlink"),
        tuple(sections[name] for name in [record_type, *others]),
        agreement=_AGREEMENT,
        hierarchies=draft.hierarchies,
    )
    findings = check(document)
    assert findings == (), findings
    return document


@dataclass(slots=True)
class _Draft:
    """A policy while it is being drawn."""

    dice: random.Random
    identifiers: dict[str, Keep | Pseudonym]
    hierarchies: tuple[Hierarchy, ...]
    service_words: list[str] = field(default_factory=list)

    def section(self, record_type: str, share: float) -> Section:
        """Return a random section, in random order."""
        nodes = list(Catalogue.of(RecordTypeName(record_type)).nodes.items())
        self.dice.shuffle(nodes)
        # Places and integers are rare in the schemas: what only they can have comes first now and then.
        rare = [found for found in nodes if _is_rare(found[1]) and self.dice.random() < 0.4]
        rules = [FieldRule("id", self.identifiers[record_type])]
        for path, node in [*rare, *(found for found in nodes if self.dice.random() < share)]:
            for rule in self._rules(record_type, path, node):
                _add(rules, rule)
        for path, node in nodes:
            is_chosen = self.dice.random() < (0.7 if _is_rare(node) else share)
            if is_chosen and isinstance(node, Leaf) and "[]" not in path:
                for rule in self._derived(record_type, path, node, rules):
                    _add(rules, rule)
        if record_type == "service":
            self.service_words = [rule.rename or rule.path for rule in rules if _is_plain(rule)]
        self.dice.shuffle(rules)
        when = self.dice.choice(_CONDITIONS)
        return Section(RecordTypeName(record_type), when, tuple(rules), tuple(self._members(record_type, rules)))

    # --- what is looked up

    def _rules(self, record_type: str, path: str, node: Node) -> Iterator[FieldRule]:
        if not isinstance(node, Leaf):
            whole = random_whole(self.dice, path, node)
            if whole is not None and self._may_stand(record_type, path, whole):
                yield FieldRule(path, whole, self._rename(path, node))
            return
        around, _, last = path.rpartition(".")
        if is_characteristic(record_type, around):
            if last != "name":
                for name in self.dice.sample(SELECTED, self.dice.randrange(1, 3)):
                    yield from self._one(record_type, f"{around.removesuffix('[]')}[name={name}].{last}", node)
        else:
            yield from self._one(record_type, path, node)

    def _one(self, record_type: str, path: str, leaf: Leaf) -> Iterator[FieldRule]:
        found = [one for one in fitting(self.dice, leaf, self.hierarchies) if self._may_stand(record_type, path, one)]
        if found:
            yield FieldRule(path, self.dice.choice(found), self._rename(path, leaf))

    def _may_stand(self, record_type: str, path: str, transform: Transform) -> bool:
        """Tell whether a transform may stand below the references around a path."""
        if isinstance(transform, Constant | Lift):
            return True
        steps = FieldPath.parse(path).steps
        for end in range(1, len(steps)):
            around = FieldPath(steps[:end])
            target = target_of(record_type, around)
            if target is None:
                continue
            if target in _INSIDE or (target != BY_TYPE and target not in self.identifiers):
                return False
            own = {self.identifiers.get(target)} if target != BY_TYPE else set(self.identifiers.values())
            if str(around.member("id")) == path and transform not in own:
                return False
        return True

    def _rename(self, path: str, node: Node) -> str | None:
        if self.dice.random() > 0.15 or path.endswith("]"):
            return None
        if self.dice.random() < 0.5 or not isinstance(node, Leaf) or "@" in path:
            return f"renamed{self.dice.randrange(10**6)}"
        return self.dice.choice(["label", "title", "kind", "name2", "summary"])

    # --- what follows from what is looked up

    def _derived(self, record_type: str, path: str, leaf: Leaf, rules: list[FieldRule]) -> Iterator[FieldRule]:
        if leaf.kind == "integer":
            arrays = [_bare(place_of(rule)[0]) for rule in rules if _fills_array(record_type, rule)]
            made: Transform = Count(self.dice.choice(["service", *(arrays or ["service"])]))
        elif leaf.kind == "string" and not leaf.enum and leaf.path.steps[-1].name not in _NO_TEMPLATES:
            made = self._template(record_type, rules)
        else:
            return
        if self._may_stand(record_type, path, made):
            yield FieldRule(path, made)

    def _template(self, record_type: str, rules: list[FieldRule]) -> Template:
        named = [words for rule in rules for words in _sayable(record_type, rule)]
        if self.service_words and self.dice.random() < 0.4:
            named = [f"service.{name}" for name in self.service_words]
        text = self.dice.choice(["", "It is ", "{{", "}} – "])
        for _ in range(self.dice.randrange(1, 4)):
            text += "{" + self.dice.choice(named) + "}" + self.dice.choice(["", " and ", ": {{x}} ", "é"])
        return Template(text, self.dice.choice([None, "nothing is known"]))

    def _members(self, record_type: str, rules: list[FieldRule]) -> Iterator[MemberRule]:
        nodes = Catalogue.of(RecordTypeName(record_type)).nodes
        arrays: dict[str, None] = {}
        for rule in rules:
            steps = FieldPath.parse(rule.path).steps
            for end, step in enumerate(steps, start=1):
                if step.is_each and end < len(steps):
                    selected = step.where is not None and self.dice.random() < 0.5
                    around = str(FieldPath(steps[:end]))
                    arrays[around if selected else str(FieldPath(steps[:end]).unselected()).removesuffix("[]")] = None
            if isinstance(rule.transform, Generalise) and isinstance(nodes[str(FieldPath(steps).unselected())], Array):
                arrays[rule.path] = None
        for array in arrays:
            if self.dice.random() < 0.3:
                yield MemberRule(array, self._of_member(nodes, array))

    def _of_member(self, nodes: Mapping[str, Node], array: str) -> str:
        bare = str(FieldPath.parse(array).unselected()).removesuffix("[]")
        member = nodes[f"{bare}[]"]
        assert isinstance(member, Object)
        leaves = [(name, node) for name, node in member.members.items() if isinstance(node, Leaf) and "@" not in name]
        name, leaf = self.dice.choice(leaves)
        match leaf.kind:
            case "string" | "date-time":
                word = self.dice.choice(["noc", "FR", "Lyon", "2026-11-22T10:04:31", "svc-geneva", "bandwidth"])
                asked = self.dice.choice(
                    [f'item.{name} != "{word}"', f'item.{name} >= "{word}"', f"item.{name}.size() > 2"]
                )
            case "number":
                asked = f"item.{name} > 0.5"
            case "boolean":
                asked = f"!item.{name}"
            case _:
                asked = f"item.{name} == true || item.{name} != 1"
        return asked + self.dice.choice(["", "", " && object.interconnect", ' || record.id < "m"'])


def _identified(dice: random.Random, record_type: str) -> Keep | Pseudonym:
    return Keep() if dice.random() < 0.5 else Pseudonym(record_type)


def _is_rare(node: Node) -> bool:
    members = getattr(node.items if isinstance(node, Array) else node, "members", {})
    return (isinstance(node, Leaf) and node.kind == "integer") or "country" in members


def _add(rules: list[FieldRule], rule: FieldRule) -> None:
    """Add a rule unless its path or its place is taken."""
    place = place_of(rule)
    if all(rule.path != other.path and not _clash(place, place_of(other)) for other in rules):
        rules.append(rule)


def place_of(rule: FieldRule) -> tuple[str, ...]:
    """Return the names under which a rule discloses; a selected array has its selector in the name."""
    *around, last = FieldPath.parse(rule.path).steps
    names = [str(step).removesuffix("[]") for step in around]
    return (*names, rule.rename or last.name)


def is_characteristic(record_type: str, path: str) -> bool:
    """Tell whether the objects at `path` are name/value pairs in an array."""
    node = Catalogue.of(RecordTypeName(record_type)).nodes.get(path)
    return path.endswith("[]") and isinstance(node, Object) and {"name", "value"} <= node.members.keys()


def _clash(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one place is, or holds, the other; members of two names are two places."""
    pairs = list(zip(one, other, strict=False))
    return all(a == b or (_bare(a) == _bare(b) and not ("[" in a and "[" in b)) for a, b in pairs)


def _bare(name: str) -> str:
    return name.partition("[")[0]


def _is_plain(rule: FieldRule) -> bool:
    """Tell whether a rule of the section for services discloses a single value that templates can name."""
    is_single = "." not in rule.path and "[" not in rule.path
    return is_single and not isinstance(rule.transform, Template | Lift | Generalise | Count)


def _fills_array(record_type: str, rule: FieldRule) -> bool:
    """Tell whether a rule's first name is a disclosed array."""
    first = FieldPath.parse(rule.path).steps[0]
    if isinstance(rule.transform, Constant):
        return False
    if isinstance(rule.transform, Lift | Generalise) and rule.path == first.name and rule.rename is None:
        node = Catalogue.of(RecordTypeName(record_type)).nodes[first.name]
        return isinstance(node, Array)
    return first.is_each


def _sayable(record_type: str, rule: FieldRule) -> list[str]:
    """Return the names by which templates can say what a rule discloses."""
    place = ".".join(_bare(name) for name in place_of(rule))
    match rule.transform:
        case Template():
            return []
        case Lift(show=show):
            return [f"{place}.{name}" for name in show]
        case Generalise(to) if to in ("metro", "country", "region"):
            return [f"{place}.{_FINEST[to]}"]
        case _:
            return [place]
