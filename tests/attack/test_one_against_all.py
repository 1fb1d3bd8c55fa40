"""One partner, or one name, must never cost the others anything, nor learn what is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.inventory.inventory import Inventory
from gateway.party.document import is_host
from gateway.policy.text.names import NameScanner
from gateway.record.entry import MalformedEntry, open_entry
from gateway.record.strictjson import dump
from tests.attack.test_agreement_time import POLICY, Inside, service

WHOLESALE = POLICY.replace("{customer: acme}", "{operator: acme}").replace("name: acme", "name: acme-as-operator")


@pytest.mark.parametrize(
    "host", ["xn--a", "xn--", "xn--0", "xn--999999999.x", "v1.a]", "a..b", "-a", "", "a" * 64, "a_b"]
)
def test_a_host_on_which_clients_fail_is_no_host(host: str) -> None:
    assert not is_host(host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "exchange.northlink.example", "A1.b-2.c"])
def test_plain_hosts_are_hosts(host: str) -> None:
    assert is_host(host)


def test_an_operator_with_a_customers_id_gets_nothing_that_the_customer_bought(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    inside.publish(WHOLESALE)
    inside.publish(POLICY)
    inside.take(service("failed"))
    assert [entry.data["id"] for entry in inside.entries()] == ["svc-1"]
    with inside.store.read() as work:
        assert [state.parties.stream for state in work.streams.states()] == ["aurora/customer:acme"]
    inside.database.close()


def test_who_knows_a_name_changes_with_the_role() -> None:
    inventory = Inventory()
    inventory.apply("service", _named("partner"))
    assert "Secret Wave" in inventory.names_known_to("northlink", "partner")
    assert "Secret Wave" not in inventory.names_known_to("northlink", "customer")
    before = inventory.names_version
    inventory.apply("service", _named("former"))
    assert inventory.names_version > before
    assert "Secret Wave" not in inventory.names_known_to("northlink", "partner")


def _named(role: str) -> dict[str, object]:
    return {
        "@type": "Service", "id": "svc-1", "name": "Secret Wave", "state": "active",
        "relatedParty": [{"id": "northlink", "role": role}],
    }  # fmt: skip


def test_nested_names_cost_one_sweep() -> None:
    """Known times unknown matches once took minutes; a quadratic sweep could not finish this in its time-out."""
    names = ["-".join(["aaaa"] * count) for count in range(1, 40)]
    text = "-".join(["aaaa"] * 1600)
    assert NameScanner(names).hits(text, frozenset(names[1::2]))
    assert NameScanner(names).hits(names[-1], frozenset(names[-1:])) == frozenset()


def test_a_name_with_tag_characters_inside_is_found() -> None:
    assert NameScanner(["fra7-agg2"]).hits("fra7-\U000e0001agg2\U000e0020") == {"fra7-agg2"}


@pytest.mark.parametrize("attribute", ["id", "subject", "dataschema"])
def test_an_entry_with_an_endless_attribute_is_refused(attribute: str) -> None:
    entry = {
        "specversion": "1.0", "id": "evt-1", "source": "urn:demarc:operator:aurora",
        "type": "org.demarc.alarm.raised.v1", "subject": "alm-1", "dataschema": "urn:demarc:contract:0",
        "data": {},
    }  # fmt: skip
    open_entry(dump(entry))
    with pytest.raises(MalformedEntry):
        open_entry(dump(entry | {attribute: "x" * 1000}))
