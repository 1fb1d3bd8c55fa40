"""Which TM Forum resources the output of a policy still satisfies, what is missing, and what would close the gap.

Rules:
- An attribute counts as there only if it is there in every disclosed record that is valid by our schema: a constant, a
  lift, or the required attribute of a record under a transform that always gives something.
- One that is there in some records only is said apart, because a receiver that insists refuses the others.
- A remedy never discloses more than a substitution does: `constant`, `pseudonym`, `lift`, or a time cut to minutes.
- A constant that says something of the record, such as a state, is marked: it may be untrue of most.

This module reads an effective policy and `tmforum`; it looks at no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.answers.tmforum import RESOURCES, Resource
from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Keep,
    Lift,
    Map,
    Mask,
    Pseudonym,
    Section,
    Template,
    Truncate,
)
from gateway.policy.language.references import target_of
from gateway.policy.transforms.pseudonym import PREFIXES
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Object

_PLACES = {"metro": ("city", "country"), "country": ("country",), "region": ("name",)}


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """One attribute that the resource demands.

    Attributes:
        path: Where it should be, in the resource's names.
        is_sometimes_there: Whether some records have it.
        remedy: Rules that would close the gap, one a line; empty when no substitution can.
    """

    path: str
    is_sometimes_there: bool
    remedy: str


@dataclass(frozen=True, slots=True)
class Conformance:
    """The answer for one record type.

    Attributes:
        gaps: What the resource demands and the output lacks, always or in some records.
        unknown: Disclosed names that the resource does not have; its classes are open, so they do no harm.
        foreign_words: Path and value that may be disclosed and that this version of the resource does not know.
    """

    record_type: str
    resource: str
    gaps: tuple[Gap, ...]
    unknown: tuple[str, ...] = ()
    foreign_words: tuple[tuple[str, str], ...] = ()

    @property
    def is_satisfied(self) -> bool:
        """Whether every disclosed record is an instance of the resource."""
        return not self.gaps and not self.foreign_words


def conformance_of(document: DisclosurePolicy) -> tuple[Conformance, ...]:
    """Return the answer for each record type that the checked, effective policy discloses, by name."""
    return tuple(_answer(section) for section in sorted(document.sections, key=lambda part: part.record_type))


def _answer(section: Section) -> Conformance:
    resource = RESOURCES[section.record_type]
    shown = _Shown(section)
    gaps = [*_missing(resource.required, "", shown), *_parts(resource, shown), *_any_of(resource, shown)]
    return Conformance(
        section.record_type, resource.name, tuple(sorted(set(gaps))), shown.unknown(), _foreign(section, resource)
    )


def _foreign(section: Section, resource: Resource) -> tuple[tuple[str, str], ...]:
    kept = {rule.path for rule in section.fields if isinstance(rule.transform, Keep) and rule.rename is None}
    return tuple((path, word) for path, word in resource.foreign_words if path in kept)


class _Shown:
    """What a section discloses, by output path, and whether it always does."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self.catalogue = Catalogue.of(section.record_type)
        self._always: dict[str, bool] = {}
        for rule in section.fields:
            for path, always in _outputs(rule, section, self.catalogue):
                self._always[path] = self._always.get(path, False) or always

    def state(self, path: str) -> bool | None:
        """Tell whether what stands at `path` is always there; None when it never is."""
        below = [always for shown, always in self._always.items() if shown == path or shown.startswith(f"{path}.")]
        below += [always for shown, always in self._always.items() if shown.startswith(f"{path}[]")]
        return any(below) if below else None

    def unknown(self) -> tuple[str, ...]:
        """Return disclosed top-level names that our schema, and so the resource, does not have."""
        names = {path.partition(".")[0].removesuffix("[]") for path in self._always}
        return tuple(sorted(names - self.catalogue.members.keys()))


def _outputs(rule: FieldRule, section: Section, catalogue: Catalogue) -> Iterator[tuple[str, bool]]:
    """Yield each output path of a rule and whether it is there whenever what is around it is."""
    path = FieldPath.parse(rule.path)
    plain = _plain(path, rule.rename)
    node = catalogue.lookup(rule.path)
    if isinstance(rule.transform, Lift | Generalise) and not isinstance(node, Leaf):
        inside = rule.transform.show if isinstance(rule.transform, Lift) else _PLACES[rule.transform.to]
        around = f"{plain}[]" if isinstance(node, Array) else plain
        always = isinstance(rule.transform, Lift)
        # A service without a name is lifted without it; its identifier is always there.
        yield from ((f"{around}.{name}", always and name != "name") for name in inside)
        return
    yield plain, isinstance(node, Leaf) and _is_always(rule, node, path, section, catalogue)
    for index, step in enumerate(path.steps):
        if step.where is not None:  # the name of a characteristic is told with its value
            yield _plain(FieldPath(path.steps[: index + 1]), None) + ".name", True


def _plain(path: FieldPath, rename: str | None) -> str:
    steps = [f"{step.name}[]" if step.is_each else step.name for step in path.steps]
    return ".".join([*steps[:-1], rename]) if rename else ".".join(steps)


def _is_always(rule: FieldRule, leaf: Leaf, path: FieldPath, section: Section, catalogue: Catalogue) -> bool:
    match rule.transform:
        case Constant():
            return True
        case Count(of):
            return of == "service"
        case Template(_, otherwise):
            return otherwise is not None
        case Map(entries, otherwise):
            covers = otherwise is not None or (bool(leaf.enum) and {key for key, _ in entries} >= set(leaf.enum))
            return covers and _is_required(leaf, path, section, catalogue)
        case Keep() | Truncate() | Pseudonym() | Mask():
            return _is_required(leaf, path, section, catalogue)
    return False


def _is_required(leaf: Leaf, path: FieldPath, section: Section, catalogue: Catalogue) -> bool:
    """Tell whether a valid record has the leaf wherever it has the nearest array member around it, or always."""
    if not leaf.is_required or path.steps[-1].is_each:
        return False
    for end in range(len(path.steps) - 1, 0, -1):
        around = FieldPath(path.steps[:end])
        if target_of(section.record_type, str(around)) is not None and path.steps[-1].name != "id":
            return False  # a reference goes with its target
        if path.steps[end - 1].is_each:
            return True
        if not catalogue.lookup(str(around)).is_required:
            return False
    return True


def _missing(names: tuple[str, ...], around: str, shown: _Shown) -> Iterator[Gap]:
    for name in names:
        path = f"{around}.{name}" if around else name
        state = shown.state(path)
        if not state:
            yield Gap(path, state is not None, _remedy(path, shown))


def _parts(resource: Resource, shown: _Shown) -> Iterator[Gap]:
    """Yield what parts lack that are disclosed, as a whole or in a member."""
    for part, names in resource.parts.items():
        if shown.state(part) is not None:
            yield from _missing(names, part, shown)


def _any_of(resource: Resource, shown: _Shown) -> Iterator[Gap]:
    states = [shown.state(path) for path in resource.any_of]
    if states and not any(states):
        first = resource.any_of[0]
        yield Gap(" or ".join(resource.any_of), any(state is not None for state in states), _remedy(first, shown))


def _remedy(path: str, shown: _Shown) -> str:
    """Return the rules that would put something harmless at `path`."""
    node = shown.catalogue.nodes.get(path)
    lifted = next((rule for rule in shown.section.fields if _lifts(rule, path)), None)
    if lifted is not None and isinstance(lifted.transform, Lift):
        show = _listed([*lifted.transform.show, path.rpartition(".")[2]])
        return f"{lifted.path}: {{lift: service, show: [{show}]}}"
    if node is None:
        return ""
    if isinstance(node, Leaf):
        return f"{_quoted(path)}: {_substitute(node, shown)}{_caution(node)}"
    inner = node.items if isinstance(node, Array) else node
    if isinstance(inner, Object) and _is_liftable(path, inner):
        names = RESOURCES[shown.section.record_type].parts.get(str(inner.path), ("id",))
        show = _listed(["id", "name", *names])
        return f"{path}: {{lift: service, show: [{show}]}}"
    names = RESOURCES[shown.section.record_type].parts.get(str(inner.path), ())
    return "\n".join(filter(None, (_remedy(f"{inner.path}.{name}", shown) for name in names)))


def _lifts(rule: FieldRule, path: str) -> bool:
    return isinstance(rule.transform, Lift) and path.startswith((f"{rule.path}.", f"{rule.path}[]."))


def _is_liftable(path: str, node: Object) -> bool:
    """Tell whether services may stand at `path`: an object that is meant to name what is affected."""
    is_about = path.lower().endswith(("entity", "object", "service"))
    return is_about and "[]" not in path and "id" in node.members


def _listed(names: list[str]) -> str:
    return ", ".join(_quoted(name) for name in dict.fromkeys(names))


def _quoted(name: str) -> str:
    return f'"{name}"' if name.startswith("@") else name


def _substitute(leaf: Leaf, shown: _Shown) -> str:
    name = leaf.path.steps[-1].name
    if leaf.enum:
        return f"{{constant: {leaf.enum[0]}}}"
    if leaf.kind == "date-time":
        return "{truncate: minute}"
    if leaf.kind != "string":
        return {"boolean": "{constant: true}"}.get(leaf.kind, "{constant: 1}")
    if name == "id" and _is_required(leaf, leaf.path, shown.section, shown.catalogue):
        return f"{{pseudonym: {_class_of(leaf, shown.section.record_type)}}}"
    return "{constant: Organization}" if name == "@referredType" else "{constant: not disclosed}"


def _caution(leaf: Leaf) -> str:
    """Return a comment for a constant that says something about the record, so that it can be a lie."""
    is_statement = leaf.kind in ("boolean", "integer", "number") or len(leaf.enum) > 1
    return "  # only if it is true of every record; else map the values" if is_statement else ""


def _class_of(leaf: Leaf, record_type: str) -> str:
    target = target_of(record_type, str(FieldPath(leaf.path.steps[:-1])))
    if target in PREFIXES:
        return str(target)
    return "party" if "arty" in leaf.path.steps[-2].name else "reference"
