"""What of the agreement, the release and the audience of two policies differs, each with an example.

Rules:
- A longer validity, a wider scope and an earlier release widen, whatever the rules say.
- Whether a service is in scope is asked of `scope.in_scope` itself, with made-up services for every word that either
  policy uses. A service outside every word is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from gateway.policy.diff.changes import Change
from gateway.policy.language.document import DisclosurePolicy, Release
from gateway.policy.language.release import due_at, has_other_beats
from gateway.policy.language.scope import TECHNOLOGY, in_scope
from gateway.policy.transforms.regions import REGION_OF, regions_named
from gateway.record.strictjson import Json

_DAY = timedelta(days=1)
_EPOCH = datetime(2026, 3, 14, tzinfo=UTC)
_OTHER = "somewhere-else"


def agreement_changes(old: DisclosurePolicy | None, new: DisclosurePolicy | None) -> Iterator[Change]:
    """Yield the changes that are about the whole policy; none where there is no policy on one side."""
    if old is None or new is None:
        return
    yield from _members(old, new)
    yield from _validity(old, new)
    yield from _scope(old, new)
    yield from _release(old.release, new.release)


def _members(old: DisclosurePolicy, new: DisclosurePolicy) -> Iterator[Change]:
    for member in sorted({*new.members} - {*old.members}) if old.members or new.members else ():
        yield Change("visible", None, "audience.members", None, member)
    for member in sorted({*old.members} - {*new.members}):
        yield Change("hidden", None, "audience.members", member, None)


def _validity(old: DisclosurePolicy, new: DisclosurePolicy) -> Iterator[Change]:
    before, after = old.agreement, new.agreement
    ends = (
        ("agreement.valid.from", before.valid_from or date.min, after.valid_from or date.min, 1),
        ("agreement.valid.until", before.valid_until or date.max, after.valid_until or date.max, -1),
    )
    for path, was, now, direction in ends:
        if was != now:
            is_wider = (now < was) == (direction > 0)
            day = max(was, now) - _DAY if direction > 0 else min(was, now) + _DAY
            detail = {"day": day.isoformat()}
            yield Change("visible" if is_wider else "hidden", None, path, _day(was), _day(now), detail=detail)


def _day(day: date) -> str:
    return "open" if day in (date.min, date.max) else day.isoformat()


# --- scope


def _scope(old: DisclosurePolicy, new: DisclosurePolicy) -> Iterator[Change]:
    is_same = old.agreement.scope == new.agreement.scope
    if is_same and (new.agreement.scope.technologies is None or old.hierarchies == new.hierarchies):
        return
    gained, lost = _only_in(new, old), _only_in(old, new)
    said = _said(old), _said(new)
    if gained is not None:
        yield Change("visible", None, "agreement.scope", *said, detail={"service": gained})
    if lost is not None:
        yield Change("hidden", None, "agreement.scope", *said, detail={"service": lost})


def _said(document: DisclosurePolicy) -> str:
    scope = document.agreement.scope
    names = ("services", "locations", "customer_locations", "technologies")
    parts = [f"{name}: [{', '.join(words)}]" for name in names if (words := getattr(scope, name)) is not None]
    return "; ".join(parts) or "all related services"


def _only_in(one: DisclosurePolicy, other: DisclosurePolicy) -> Json | None:
    """Return a service in the scope of one policy and not of the other.

    The restrictions are independent of each other, so it is enough to vary one of them at a time.
    """
    choices = _choices(one, other)
    base: dict[str, Json] = {}
    for name, parts in choices.items():
        fitting = [part for part in parts if in_scope(one, _service(base | {name: part}, choices, one))]
        if not fitting:
            return None  # Nothing at all is in scope.
        base[name] = fitting[0]
    for name, parts in choices.items():
        for part in parts:
            service = _service(base | {name: part}, choices, one)
            if in_scope(one, service) and not in_scope(other, service):
                return service
    return None


def _service(chosen: dict[str, Json], choices: dict[str, list[Json]], document: DisclosurePolicy) -> Json:
    """Return a service with these parts; for what is not chosen yet with one that does no harm, if there is one."""
    service: Json = {"@type": "Service", "id": "svc-witness", "name": "Witness service", "state": "active", "place": []}
    for name, parts in choices.items():
        part = chosen.get(name) or _harmless(name, parts, document)
        service = {**service, **part, "place": [*service["place"], *part.get("place", ())]}
    return service


def _harmless(name: str, parts: list[Json], document: DisclosurePolicy) -> Json:
    """Return the part that fits the one restriction it is about."""
    listed = getattr(document.agreement.scope, name)
    return parts[-1] if listed is None else parts[0]


def _choices(one: DisclosurePolicy, other: DisclosurePolicy) -> dict[str, list[Json]]:
    """Return for each restriction the parts of services that could tell the two scopes apart."""
    scopes = [one.agreement.scope, other.agreement.scope]

    def words(name: str) -> list[str]:
        return list(dict.fromkeys(word for scope in scopes for word in getattr(scope, name) or ()))

    hierarchies = [found for document in (one, other) if (found := document.hierarchy(TECHNOLOGY))]
    known = [word for hierarchy in hierarchies for group, words_ in hierarchy.groups for word in (group, *words_)]
    types = dict.fromkeys([*words("technologies"), *known, _OTHER])
    return {
        "services": [{"id": word} for word in [*words("services"), "svc-witness"]],
        "locations": [*_places(words("locations"), "site"), {"place": [{"role": "site", "city": _OTHER}]}],
        "customer_locations": [
            *_places(words("customer_locations"), "customer"),
            {"place": [{"role": "customer", "city": _OTHER}]},
        ],
        "technologies": [{"serviceType": word} for word in types],
    }


def _places(words: list[str], role: str) -> list[Json]:
    """Return a place for each word; for a region one in each of its countries."""
    found = []
    for word in words:
        regions = regions_named(word)
        countries = [country for country, region in REGION_OF.items() if region in regions]
        if word in REGION_OF:
            countries = [word]
        found += [{"place": [{"role": role, "country": country}]} for country in countries]
        if not countries:
            found.append({"place": [{"role": role, "city": word}]})
    return found


# --- release


def _release(old: Release, new: Release) -> Iterator[Change]:
    if old == new:
        return
    earlier, later = _earlier(new, old), _earlier(old, new)
    said = _release_said(old), _release_said(new)
    if earlier is not None:
        yield Change("finer", None, "release", *said, detail=_times(earlier, old, new))
    elif has_other_beats(new, old):
        yield Change("finer", None, "release", *said, detail=_divided(old, new))
    if later is not None:
        yield Change("coarser", None, "release", *said, detail=_times(later, old, new))


def _release_said(release: Release) -> str:
    return f"embargo {release.embargo}, cadence {release.cadence or 'none'}"


def _times(at: datetime, old: Release, new: Release) -> Json:
    moments = {"received": at, "before": due_at(old, at), "after": due_at(new, at)}
    return {name: moment.isoformat() for name, moment in moments.items()}


def _divided(old: Release, new: Release) -> Json | None:
    """Return two changes that were told as one, and are each told by themselves; None when there are none."""
    for beat in _beats(new) if new.cadence else [_EPOCH + _MISSED]:
        first = beat - new.embargo
        second = first + _MISSED
        if due_at(old, first) == due_at(old, second):
            return {"received": [first.isoformat(), second.isoformat()], "before": [due_at(old, first).isoformat()]}
    return None


def _earlier(one: Release, other: Release) -> datetime | None:
    """Return a time of which a change is told earlier under `one` than under `other`; None when there is none.

    Of all changes that are told on one beat of `one`, the last to be received is told latest under `other`. Where `one`
    has no beats, it gains most on a change that has just missed a beat of `other`.
    """
    if one.cadence:
        received = [beat - one.embargo for beat in _beats(one)]
    else:
        received = [beat - other.embargo + _MISSED for beat in _beats(other)]
    return next((at for at in received if due_at(one, at) < due_at(other, at)), None)


_MISSED = timedelta(microseconds=1)


def _beats(release: Release) -> list[datetime]:
    """Return the beats of a day; two moments stand for a release without beats."""
    if release.cadence is None:
        return [_EPOCH, _EPOCH + timedelta(hours=1)]
    return [_EPOCH + number * release.cadence for number in range(_DAY // release.cadence)]
