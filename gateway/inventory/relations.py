"""Read from a record who depends on whom.

Rules:
- A `dependency` record: `dependent.id` depends on everything in `requires.all`.
- A `service`: it depends on its `supportingResource` and its `supportingService`.
- A `resource`: each of its `resourceRelationship` by `relationshipType`. With `containedIn`, `dependsOn`, `requires`,
  `reliesOn` and `supportedBy` the resource depends on the one named: a port on its line card, a card on its router, a
  router on its site, a circuit on its two ports and on its fibres. With `contains`, `supports` and `requiredBy` the one
  named depends on the resource. Any other type, such as `connectsTo`, says nothing about dependence.

Records must be valid by their schema; nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.ids import RecordTypeName
from gateway.inventory.graph import Edge
from gateway.record.strictjson import Json

NEEDS_THE_OTHER = frozenset({"containedIn", "dependsOn", "requires", "reliesOn", "supportedBy"})
NEEDED_BY_THE_OTHER = frozenset({"contains", "supports", "requiredBy"})


def edges_of(record_type: RecordTypeName, record: Json) -> Iterator[Edge]:
    """Yield `(dependent, required)` for every dependence that the record states."""
    if record_type == "dependency":
        yield from ((record["dependent"]["id"], required) for required in record["requires"]["all"])
    elif record_type == "service":
        for attribute in ("supportingResource", "supportingService"):
            yield from ((record["id"], supporting["id"]) for supporting in record.get(attribute, ()))
    elif record_type == "resource":
        for related in record.get("resourceRelationship", ()):
            if related["relationshipType"] in NEEDS_THE_OTHER:
                yield record["id"], related["id"]
            elif related["relationshipType"] in NEEDED_BY_THE_OTHER:
                yield related["id"], record["id"]
