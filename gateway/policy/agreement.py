"""Read the agreement of a policy: what the two organisations signed. Its validity is enforced; the rest is shown."""

from __future__ import annotations

import re

from gateway.policy.document import Agreement, Contact
from gateway.policy.findings import Findings, suggestion
from gateway.policy.nodes import Node
from gateway.policy.scalars import date_of, text_of
from gateway.policy.shape import items_of, mapping_of, require

OBJECTIVES = ("acknowledge_within", "notify_within", "restore_within")
_CONTACT = ("role", "name", "email", "phone", "url")
_DURATION = re.compile(r"[1-9][0-9]{0,5}(?:s|m|h|d)")


def agreement_of(node: Node, findings: Findings) -> Agreement:
    """Return the agreement that `node` writes, as far as it can be understood."""
    entries = mapping_of(node, "`agreement`", findings, ("valid", "objectives", "contacts"))
    valid = mapping_of(entries["valid"][1], "`valid`", findings, ("from", "until")) if "valid" in entries else {}
    return Agreement(
        valid_from=date_of(valid["from"][1], "`from`", findings) if "from" in valid else None,
        valid_until=date_of(valid["until"][1], "`until`", findings) if "until" in valid else None,
        objectives=_objectives(entries["objectives"][1], findings) if "objectives" in entries else (),
        contacts=_contacts(entries["contacts"][1], findings) if "contacts" in entries else (),
    )


def _objectives(node: Node, findings: Findings) -> tuple[tuple[str, str], ...]:
    objectives = []
    for key, value in mapping_of(node, "`objectives`", findings).values():
        text = text_of(value, f"`{key.text}`", findings)
        if key.text not in OBJECTIVES:
            message = f"there is no objective `{key.text}`"
            findings.add(key.mark, "policy.unknown-key", message, suggestion(key.text, OBJECTIVES))
        elif text is not None and not _DURATION.fullmatch(text):
            message = f"`{text}` is not a duration"
            findings.add(value.mark, "policy.duration", message, "Write for example 30s, 5m or 4h.")
        elif text is not None:
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
