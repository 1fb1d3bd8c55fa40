"""The regions of the world that policies speak of, and the countries of each.

Rules:
- A country is an ISO 3166-1 alpha-2 code in capitals, and is in exactly one of EMEA, APAC, NORAM and LATAM.
- The border between EMEA and APAC is that of the regional Internet registries: Central Asia is EMEA, Afghanistan APAC.
- Territories where nobody lives (AQ, BV, HM, TF) are in none.

This module does not know cities.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_COUNTRIES = {
    "EMEA": """
        AD AE AL AM AO AT AX AZ BA BE BF BG BH BI BJ BW BY CD CF CG CH CI CM CV CY CZ DE DJ DK DZ EE EG EH ER ES ET FI
        FO FR GA GB GE GG GH GI GM GN GQ GR GW HR HU IE IL IM IQ IR IS IT JE JO KE KG KM KW KZ LB LI LR LS LT LU LV LY
        MA MC MD ME MG MK ML MR MT MU MW MZ NA NE NG NL NO OM PL PS PT QA RE RO RS RU RW SA SC SD SE SH SI SJ SK SL SM
        SN SO SS ST SY SZ TD TG TJ TM TN TR TZ UA UG UZ VA YE YT ZA ZM ZW
    """,
    "APAC": """
        AF AS AU BD BN BT CC CK CN CX FJ FM GU HK ID IN IO JP KH KI KP KR LA LK MH MM MN MO MP MV MY NC NF NP NR NU NZ
        PF PG PH PK PN PW SB SG TH TK TL TO TV TW UM VN VU WF WS
    """,
    "NORAM": "BM CA GL PM US",
    "LATAM": """
        AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF MQ MS MX NI
        PA PE PR PY SR SV SX TC TT UY VC VE VG VI
    """,
}

REGION_OF: Mapping[str, str] = MappingProxyType(
    {country: region for region, countries in _COUNTRIES.items() for country in countries.split()}
)
"""Every country with its region."""

REGIONS = tuple(_COUNTRIES)
"""The regions to which a place can be generalised."""

WIDER: Mapping[str, frozenset[str]] = MappingProxyType({"AMER": frozenset({"NORAM", "LATAM"})})
"""Names that scopes may use for several regions."""


def region_of(country: str) -> str | None:
    """Return the region of a country; None for whatever is not the code of one."""
    return REGION_OF.get(country)


def regions_named(name: str) -> frozenset[str]:
    """Return the regions that a scope means by `name`; empty when it is no region."""
    return frozenset({name}) if name in REGIONS else WIDER.get(name, frozenset())
