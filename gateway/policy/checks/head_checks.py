"""Checks of what stands above the sections: whom the policy is for, agreement, scope, release."""

from __future__ import annotations

from datetime import timedelta

from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import START, Findings, nearest
from gateway.policy.language.release import is_beat
from gateway.policy.transforms.regions import REGION_OF, REGIONS, WIDER

_REGIONS = (*REGIONS, *WIDER)


def check_whole(document: DisclosurePolicy, findings: Findings) -> None:
    """Note why a document is not effective: it is a base, or rests on bases that are not worked in yet."""
    if document.extends:
        message = f"`{document.name}` rests on {', '.join(document.extends)}"
        findings.add(document.mark_of("extends"), "policy.extends", message, "Load it together with its bases.")
    if not document.audience:
        message = f"`{document.name}` is for nobody"
        findings.add(document.mark_of("kind"), "policy.audience", message, "Extend it in a policy with an audience.")


def check_head(document: DisclosurePolicy, findings: Findings) -> None:
    """Note what is wrong with the agreement and the release of a document."""
    agreement = document.agreement
    valid_from, valid_until = agreement.valid_from, agreement.valid_until
    if valid_from and valid_until and valid_until < valid_from:
        message = "the agreement ends before it begins"
        mark = document.mark_of("agreement.valid")
        findings.add(mark, "policy.agreement", message, "Correct `valid: {from: ..., until: ...}`.")
    types = [section.record_type for section in document.sections]
    if len(set(types)) < len(types):
        findings.add(START, "policy.duplicate-section", "a type has two sections", "Keep one of the two.")
    _check_release(document, findings)
    _check_scope(document, findings)


def _check_release(document: DisclosurePolicy, findings: Findings) -> None:
    release = document.release
    if release.embargo < timedelta(0):
        mark = document.mark_of("release.embargo")
        findings.add(mark, "policy.release", "the embargo is negative", "Write for example 0s or 15m.")
    if release.cadence is not None and not is_beat(release.cadence):
        mark = document.mark_of("release.cadence")
        remedy = "Write one that divides the day, such as 5m, 1h or 1d, or `none`."
        findings.add(mark, "policy.release", "the day is no whole number of these cadences", remedy)


def _check_scope(document: DisclosurePolicy, findings: Findings) -> None:
    scope = document.agreement.scope
    for name in ("services", "locations", "customer_locations", "technologies"):
        listed: tuple[str, ...] | None = getattr(scope, name)
        if listed is not None and not listed:
            mark = document.mark_of(f"agreement.scope.{name}")
            message = f"`{name}` lists nothing, so that no service is in scope"
            findings.add(mark, "policy.scope", message, "List something, or remove the key.")
        for number, word in enumerate(listed or ()):
            if name.endswith("locations"):
                _check_location(document, f"agreement.scope.{name}.{number}", word, findings)


def _check_location(document: DisclosurePolicy, key: str, word: str, findings: Findings) -> None:
    """Words in capitals are countries and regions; all others are cities, which nobody has a list of."""
    if word.upper() in (*REGION_OF, *_REGIONS) and word != word.upper():
        message = f"`{word}` is neither a country nor a region, which are written in capitals"
        findings.add(document.mark_of(key), "policy.scope", message, f"Write {word.upper()} if that is what is meant.")
    if word != word.upper() or word in _REGIONS or not word.isascii() or not word.isalpha():
        return
    if len(word) == 2 and word not in REGION_OF:
        message = f"`{word}` is no country"
        remedy = "Write its two letters by ISO 3166-1, such as FR."
        findings.add(document.mark_of(key), "policy.scope", message, remedy)
    elif len(word) > 2:
        close = nearest(word, _REGIONS)
        message = f"`{word}` is no region"
        known = f"Write {close} if that is what is meant" if close else f"The regions are {', '.join(_REGIONS)}"
        findings.add(document.mark_of(key), "policy.scope", message, f"{known}; write a city as {word.title()}.")
