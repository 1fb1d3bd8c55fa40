"""A version that waits: the record, and what stood around it then, so that its release tells nothing that came since.

Rules:
- Around the record stand the services of the audience's party that it concerns, and the object that it is about.
- Whose a service is, is asked of the inventory as it is now: what hides something is never held back.
- What an older Demarc let wait is the record alone; around that stands what is there now.
"""

from __future__ import annotations

import orjson

from gateway.ids import ServiceId
from gateway.inside.audiences import Audience
from gateway.inside.picture import Picture
from gateway.inventory.concerns import Concern
from gateway.ports import Version
from gateway.record import strictjson


def taken(picture: Picture, audience: Audience, concern: Concern) -> bytes:
    """Return a record with what stands around it for this audience now."""
    inventory = picture.inventory
    own = (one for one in concern.services if inventory.has_role(one, audience.party, audience.role))
    services = [service for one in own if (service := inventory.service(one)) is not None]
    return strictjson.dump({"record": concern.record, "about": concern.about, "services": services})


def recalled(picture: Picture, version: Version) -> Concern:
    """Return whom the record of a version concerned, and what stood around it, when it was taken."""
    said = orjson.loads(version.body)
    if "@type" in said:  # every record has one, and nothing that `taken` returns
        return picture.concern(version.record_type, version.body)
    services = {ServiceId(service["id"]): service for service in said["services"]}
    return Concern(
        version.record_type, version.record_id, said["record"], tuple(services), said["about"], seen=services
    )
