"""Slips of the pen: a policy that can be compiled, and cannot mean what it says.

Rules:
- A word that the schema does not list for the value it is compared with is a slip: it never comes up. Looks at `==`,
  `!=` and `in` between a value and texts written out; what is behind a loop or a function is not known.
- A word of the scope that nothing here knows may be right all the same, so it is a doubt. So is what conditions tell
  of values that no rule shows.

A slip keeps a policy from being proposed; one that is in force stays what it is. Documents must be checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.policy.diff.facets import conditions_of
from gateway.policy.diff.readings import told_by_conditions
from gateway.policy.language.document import DisclosurePolicy, Section
from gateway.policy.language.findings import Finding, Findings, Mark, nearest, suggestion
from gateway.policy.language.nodes import Scalar, locate
from gateway.policy.language.scope import TECHNOLOGY
from gateway.policy.symbolic.domain import RESOURCE, Clause
from gateway.policy.symbolic.tree import Tree, read_tree
from gateway.policy.transforms.regions import REGION_OF, REGIONS, WIDER
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf

_COMPARISONS = frozenset({"_==_", "_!=_", "@in"})
_PLACES = frozenset({*REGION_OF, *REGIONS, *WIDER})


def slips(document: DisclosurePolicy) -> tuple[Finding, ...]:
    """Return each word in the conditions of a policy that can never come up, at its first place."""
    findings = Findings(document.file)
    for section in document.sections:
        places = _places(section)
        for _, clause in conditions_of(document, section):
            for name, word in dict.fromkeys(_compared(read_tree(clause.condition.checked))):
                words = _listed(name, clause)
                if words and word not in words:
                    mark = _place(places[clause.array], clause.text, word, document.source)
                    remedy = suggestion(word, words)
                    findings.add(mark, "policy.no-such-word", f"`{name}` is never `{word}`", remedy)
    return tuple(dict.fromkeys(findings.found))


def _places(section: Section) -> dict[str | None, tuple[Mark, Scalar | None]]:
    """Return where the conditions of a section stand, by the array that they are about."""
    return {None: (section.mark, section.when_node)} | {
        rule.path: (rule.mark, rule.when_node) for rule in section.members
    }


def _place(place: tuple[Mark, Scalar | None], text: str, word: str, source: str) -> Mark:
    mark, node = place
    if node is None:
        return mark
    return locate(node, next((at for quote in "\"'" if (at := text.find(f"{quote}{word}{quote}")) >= 0), 0), source)


def _compared(tree: Tree) -> Iterator[tuple[str, str]]:
    """Yield every name with every text that it is compared with."""
    if tree.form == "call" and tree.said[1] in _COMPARISONS:
        for one, other in (tree.parts, tree.parts[::-1]):
            if one.form == "name":
                texts = other.parts if other.form == "list" else (other,)
                yield from ((str(one.said[1]), str(part.said[1])) for part in texts if part.said[0] == "text")
    for part in tree.parts:
        yield from _compared(part)


def _listed(name: str, clause: Clause) -> tuple[str, ...]:
    """Return the words that the schema lists for a value; none when it lists none."""
    root, _, path = name.partition(".")
    if root == "item" and clause.array is not None:
        path = f"{str(FieldPath.parse(clause.array).unselected()).removesuffix('[]')}[].{path}"
    elif root not in ("record", "object"):
        return ()
    node = Catalogue.of(RESOURCE if root == "object" else clause.record_type).nodes.get(path)
    leaf = node.items if isinstance(node, Array) else node
    return leaf.enum if isinstance(leaf, Leaf) else ()


def doubts(document: DisclosurePolicy) -> tuple[Finding, ...]:
    """Return what whoever reads the policy is to know; no reason to refuse it."""
    findings = Findings(document.file)
    _doubt_technologies(document, findings)
    _doubt_places(document, findings)
    for one in told_by_conditions(None, document):
        remedy = "Leave it if the audience may know that; else let the condition read what a rule shows."
        findings.add(one.mark, "policy.told-by-condition", str(one), remedy)
    return tuple(dict.fromkeys(findings.found))


def _doubt_technologies(document: DisclosurePolicy, findings: Findings) -> None:
    hierarchy = document.hierarchy(TECHNOLOGY)
    if hierarchy is None:
        return
    known = {word for group, words in hierarchy.groups for word in (group, *words)}
    for number, word in enumerate(document.agreement.scope.technologies or ()):
        if word not in known:
            mark = document.mark_of(f"agreement.scope.technologies.{number}")
            message = f"`{word}` is no word of the hierarchy `{TECHNOLOGY}`"
            findings.add(
                mark,
                "policy.scope-word",
                message,
                f"{suggestion(word, known)} Or leave it: services that call themselves so are meant.",
            )


def _doubt_places(document: DisclosurePolicy, findings: Findings) -> None:
    scope = document.agreement.scope
    for name, listed in (("locations", scope.locations), ("customer_locations", scope.customer_locations)):
        for number, word in enumerate(listed or ()):
            if word not in _PLACES:
                close = nearest(word, (*REGIONS, *WIDER))
                remedy = f"Write {close} if that is what is meant" if close else "Leave it if it is one"
                mark = document.mark_of(f"agreement.scope.{name}.{number}")
                remedy += "; write a country by its code, such as DE."
                findings.add(mark, "policy.scope-word", f"`{word}` is taken for a city", remedy)
