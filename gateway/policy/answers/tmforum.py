"""What TM Forum's resources demand: the attributes that must be there, per record type and per part.

Facts from the API files of the named versions: attributes that are mandatory when the resource is created, and those
that a part must have wherever the part is there. `tests/conformance/test_tmforum.py` compares them with the official
files. `service-level` has four attributes and its services beside the objective of TMF657; those are ours.

This module does not judge a policy; `conformance` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_ID = ("id",)
_PAIR = ("name", "value")
_PARTY = ("@referredType", "id")
_ENTITY = ("@referredType", "id", "role")
_ROLE = ("role",)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of an API.

    Attributes:
        name: API and version, then the class.
        required: Attributes that every instance has.
        any_of: Of these at least one, where the clause says so; empty otherwise.
        parts: Path of a part to the attributes that it has wherever it is there.
        foreign_words: Path and value of our schemas that this version of the resource does not know.
    """

    name: str
    required: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    any_of: tuple[str, ...] = ()
    foreign_words: tuple[tuple[str, str], ...] = ()


RESOURCES: Mapping[str, Resource] = MappingProxyType(
    {
        "alarm": Resource(
            "TMF642 v4.0.0 Alarm",
            (
                "alarmType",
                "perceivedSeverity",
                "probableCause",
                "alarmedObject",
                "sourceSystemId",
                "state",
                "alarmRaisedTime",
            ),
            {
                "correlatedAlarm[]": _ID,
                "crossedThresholdInformation.threshold": _ID,
                "parentAlarm[]": _ID,
                "place[]": _ROLE,
            },
        ),
        "trouble-ticket": Resource(
            "TMF621 v4.0.0 TroubleTicket",
            ("description", "severity", "ticketType"),
            {"channel": _ID, "relatedEntity[]": _ENTITY, "relatedParty[]": _PARTY},
        ),
        "service-problem": Resource(
            "TMF656 v4.0.0 ServiceProblem",
            ("category", "priority", "description", "reason", "originatorParty"),
            {
                "affectedResource[]": _ID,
                "affectedService[]": _ID,
                "characteristic[]": _PAIR,
                "externalIdentifier[]": _ID,
                "firstAlert": _ENTITY,
                "impactPattern.characteristic[]": _PAIR,
                "originatorParty": _PARTY,
                "parentProblem[]": _ID,
                "relatedEntity[]": _ENTITY,
                "relatedEvent[]": _ID,
                "relatedParty[]": _PARTY,
                "responsibleParty": _PARTY,
                "rootCauseResource[]": _ID,
                "rootCauseService[]": _ID,
                "slaViolation[]": _ID,
                "trackingRecord[].characteristic[]": _PAIR,
                "troubleTicket[]": _ID,
                "underlyingAlarm[]": _ID,
                "underlyingProblem[]": _ID,
            },
            any_of=("affectedService", "affectedResource", "affectedLocation"),
        ),
        "change-request": Resource(
            "TMF655 v4.0.0 ChangeRequest",
            ("targetEntity", "priority", "specification", "plannedStartTime", "plannedEndTime", "requestType"),
            {
                "changeRelationship[]": ("relationshipType",),
                "changeRequestCharacteristic[]": _PAIR,
                "impactEntity[]": _ENTITY,
                "location": _ROLE,
                "problemTicket[]": _ID,
                "relatedParty[]": _PARTY,
                "sla[]": _ID,
                "specification": _ID,
                "targetEntity[]": _ENTITY,
                "troubleTicket[]": _ID,
            },
        ),
        "service-level": Resource(
            "TMF657 v4.0.0 ServiceLevelObjective",
            ("conformanceComparator", "conformanceTarget", "serviceLevelObjectiveParameter"),
            {"serviceLevelObjectiveParameter.relatedEntity[]": _ENTITY},
        ),
        "service": Resource(
            "TMF638 v4.0.0 Service",
            ("state", "serviceSpecification"),
            {
                "feature[]": ("featureCharacteristic", "name", "id"),
                "feature[].constraint[]": _ID,
                "feature[].featureCharacteristic[]": _PAIR,
                "feature[].featureRelationship[]": ("name", "relationshipType"),
                "note[]": ("date", "author", "text"),
                "place[]": _ROLE,
                "relatedEntity[]": _ROLE,
                "relatedParty[]": _PARTY,
                "serviceCharacteristic[]": _PAIR,
                "serviceOrderItem[]": ("itemId", "serviceOrderId"),
                "serviceRelationship[]": ("relationshipType", "service"),
                "serviceRelationship[].service": _ID,
                "serviceRelationship[].serviceRelationshipCharacteristic[]": _PAIR,
                "serviceSpecification": _ID,
                "supportingResource[]": _ID,
                "supportingService[]": _ID,
            },
            foreign_words=(("state", "suspended"),),
        ),
    }
)
