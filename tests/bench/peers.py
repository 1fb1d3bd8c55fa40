"""The same disclosure with other people's tools, as far as each can do it: jq, CEL alone, pydantic.

None of them makes pseudonyms of its own or cleans free text of an inventory's names; jq replaces addresses by two
regular expressions, pydantic calls our pseudonyms and our scrubber. What a tool leaves out is said in its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import jq
from cel_expr_python import cel
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.record.strictjson import Json

_JQ = r"""
select(.perceivedSeverity == "critical" or .perceivedSeverity == "major" or .perceivedSeverity == "cleared") |
{id, sourceSystemId, alarmRaisedTime: (.alarmRaisedTime[0:16] + ":00Z"), "@type", alarmType, perceivedSeverity,
 probableCause, state, ackState, serviceAffecting, alarmEscalation, plannedOutageIndicator,
 place: [.place[] | {city, country}] | sort,
 crossedThresholdInformation: {direction: .crossedThresholdInformation.direction},
 specificProblem: (.specificProblem
   | gsub("[0-9]{1,3}(\\.[0-9]{1,3}){3}"; "[address]")
   | gsub("[a-z0-9-]+(\\.[a-z0-9-]+)+"; "[name]"))}
"""
_CEL = """
object.interconnect && record.perceivedSeverity in ["critical", "major", "cleared"] ? {
  "id": record.id, "sourceSystemId": record.sourceSystemId, "alarmRaisedTime": record.alarmRaisedTime,
  "@type": record["@type"], "alarmType": record.alarmType, "perceivedSeverity": record.perceivedSeverity,
  "probableCause": record.probableCause, "state": record.state, "ackState": record.ackState,
  "serviceAffecting": record.serviceAffecting, "alarmEscalation": record.alarmEscalation,
  "plannedOutageIndicator": record.plannedOutageIndicator,
  "place": record.place.map(one, {"city": one.city, "country": one.country}),
  "crossedThresholdInformation": {"direction": record.crossedThresholdInformation.direction},
  "specificProblem": record.specificProblem
} : {}
"""


def with_jq() -> Callable[[bytes], Json]:
    """Return what one jq program makes of a record's text; it parses and prints as well."""
    program = jq.compile(_JQ)
    return lambda line: program.input_text(line.decode()).first()


def with_cel(about: Json) -> Callable[[Json], Json]:
    """Return what one CEL expression makes of a parsed record: the condition and the map of fields."""
    anything = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    expression = cel.NewEnv(variables={"record": anything, "object": anything}).compile(_CEL)
    return lambda record: expression.eval(data={"record": record, "object": about}).plain_value()


def with_pydantic(pseudonym: Callable[[str, str], str], scrub: Callable[[str], str | None]) -> Callable[[Json], Json]:
    """Return what a model makes of a parsed record: validated, transformed, dumped."""

    def token(pseudonym_class: str) -> Any:
        return Annotated[str, AfterValidator(lambda raw: pseudonym(pseudonym_class, raw))]

    class Place(BaseModel):
        model_config = ConfigDict(extra="ignore", strict=True)
        city: str
        country: str

    class Crossed(BaseModel):
        model_config = ConfigDict(extra="ignore", strict=True)
        direction: str

    class Alarm(BaseModel):
        model_config = ConfigDict(extra="ignore", strict=True)
        id: token("alarm")
        sourceSystemId: token("system")  # noqa: N815
        alarmRaisedTime: Annotated[str, AfterValidator(lambda time: time[:16] + ":00Z")]  # noqa: N815
        type_: str = Field(alias="@type")
        alarmType: str  # noqa: N815
        perceivedSeverity: str  # noqa: N815
        probableCause: str  # noqa: N815
        state: str
        ackState: str  # noqa: N815
        serviceAffecting: bool  # noqa: N815
        alarmEscalation: bool  # noqa: N815
        plannedOutageIndicator: str  # noqa: N815
        place: list[Place]
        crossedThresholdInformation: Crossed  # noqa: N815
        specificProblem: Annotated[str, AfterValidator(scrub)]  # noqa: N815

    return lambda record: Alarm.model_validate(record).model_dump(by_alias=True)
