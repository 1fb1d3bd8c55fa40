"""Read what the two organisations signed: the agreement, and when changes are released.

Validity, scope and release are enforced; objectives can be read by conditions; contacts are shown.
"""

from __future__ import annotations

from datetime import timedelta

from gateway.policy.language.document import Agreement, Contact, Release, Scope
from gateway.policy.language.findings import Findings, suggestion
from gateway.policy.language.nodes import Node, Scalar, Sequence
from gateway.policy.language.scalars import date_of, duration_of, text_of
from gateway.policy.language.shape import items_of, mapping_of, require

OBJECTIVES = ("acknowledge_within", "notify_within", "restore_within")
_CONTACT = ("role", "name", "email", "phone", "url")
_SCOPE = ("services", "locations", "customer_locations", "technologies")
_RELATED = "related"
_NONE = "none"


def agreement_of(node: Node, findings: Findings) -> Agreement:
    """Return the agreement that `node` writes, as far as it can be understood."""
    entries = mapping_of(node, "`agreement`", findings, ("valid", "objectives", "contacts", "scope"))
    valid = mapping_of(entries["valid"][1], "`valid`", findings, ("from", "until")) if "valid" in entries else {}
    return Agreement(
        valid_from=date_of(valid["from"][1], "`from`", findings) if "from" in valid else None,
        valid_until=date_of(valid["until"][1], "`until`", findings) if "until" in valid else None,
        objectives=_objectives(entries["objectives"][1], findings) if "objectives" in entries else (),
        contacts=_contacts(entries["contacts"][1], findings) if "contacts" in entries else (),
        scope=_scope(entries["scope"][1], findings) if "scope" in entries else Scope(),
    )


def release_of(node: Node, findings: Findings) -> Release:
    """Return when changes are released, as `node` writes it."""
    entries = mapping_of(node, "`release`", findings, ("embargo", "cadence"))
    embargo = duration_of(entries["embargo"][1], "`embargo`", findings) if "embargo" in entries else None
    cadence = entries["cadence"][1] if "cadence" in entries else None
    if cadence is None or (isinstance(cadence, Scalar) and cadence.text == _NONE):
        return Release(embargo or timedelta(0))
    return Release(embargo or timedelta(0), duration_of(cadence, "`cadence`", findings, or_else=_NONE))


def _scope(node: Node, findings: Findings) -> Scope:
    entries = mapping_of(node, "`scope`", findings, _SCOPE)
    listed = {key: _restriction(key, value, findings) for key, (_, value) in entries.items()}
    return Scope(**listed)


def _restriction(key: str, node: Node, findings: Findings) -> tuple[str, ...] | None:
    """Return what is listed; `services: related` is no restriction, because only related services are ever told of."""
    if key == "services" and isinstance(node, Scalar):
        if node.text != _RELATED:
            remedy = "Write `related`, or a list of the services' identifiers."
            findings.add(node.mark, "policy.scope", f"`{node.text}` is no scope of services", remedy)
        return None
    if not isinstance(node, Sequence):
        items_of(node, f"`{key}`", findings)
        return None
    # An item that cannot be read keeps its place, by which findings about the others are counted.
    read = [(text_of(item, f"an item of `{key}`", findings), item) for item in node.items]
    return tuple(getattr(item, "text", "") if word is None else word for word, item in read)


def _objectives(node: Node, findings: Findings) -> tuple[tuple[str, str], ...]:
    objectives = []
    for key, value in mapping_of(node, "`objectives`", findings).values():
        text = text_of(value, f"`{key.text}`", findings)
        if key.text not in OBJECTIVES:
            message = f"there is no objective `{key.text}`"
            findings.add(key.mark, "policy.unknown-key", message, suggestion(key.text, OBJECTIVES))
        elif text is not None:
            duration = duration_of(value, f"`{text}`", findings)
            if duration == timedelta(0):
                findings.add(value.mark, "policy.duration", f"`{text}` is no time at all", "Write for example 5m.")
            objectives.append((key.text, text))
    return tuple(sorted(objectives))


def _contacts(node: Node, findings: Findings) -> tuple[Contact, ...]:
    contacts = []
    for item in items_of(node, "`contacts`", findings):
        entries = mapping_of(item, "a contact", findings, _CONTACT)
        require(entries, "role", item, "the contact", findings)
        details = {key: text_of(value, f"`{key}`", findings) for key, (_, value) in entries.items()}
        known = {key: text for key, text in details.items() if text is not None}
        contacts.append(Contact(known.pop("role", ""), tuple(sorted(known.items()))))
    return tuple(contacts)
