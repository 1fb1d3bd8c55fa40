"""Identifiers: what looks alike is alike."""

from __future__ import annotations

import pytest

from gateway.ids import (
    MalformedId,
    audience_of_customer,
    audience_of_operator,
    is_operator,
    parse_audience_id,
    parse_customer_id,
    parse_operator_id,
    party_of_audience,
    stream_between,
)

GOOD = ("a", "7", "aurora", "north-link", "a--b", "0" * 63)
BAD = (
    *("", "-", "-a", "a-", "A", "Aurora", "a b", "a\n", "a.b", "a_b", "a/b", "a:b", "..", "a" * 64),
    *("аurora", "aurora\u200b", "ａurora", "ı", "é", "e\u0301", "٣", "a\x00"),  # look-alikes and what cannot be seen
)


@pytest.mark.parametrize("text", GOOD)
def test_a_plain_name_is_an_identifier(text):
    assert parse_operator_id(text) == parse_customer_id(text) == text


@pytest.mark.parametrize("text", BAD)
@pytest.mark.parametrize("parse", [parse_operator_id, parse_customer_id])
def test_h19_anything_else_is_none(parse, text):
    with pytest.raises(MalformedId):
        parse(text)


@pytest.mark.parametrize("text", [f"urn:demarc:{kind}:{name}" for kind in ("operator", "customer") for name in GOOD])
def test_an_audience_is_a_urn_of_an_operator_or_a_customer(text):
    assert parse_audience_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "aurora",
            "urn:demarc:operator",
            "urn:demarc:operator:",
            "urn:demarc:partner:aurora",
            "URN:demarc:operator:a",
        ),
        *(f"urn:demarc:operator:{name}" for name in BAD),
        "urn:demarc:operator:urn:demarc:customer:acme",
        " urn:demarc:operator:aurora",
    ],
)
def test_other_urns_are_no_audiences(text):
    with pytest.raises(MalformedId):
        parse_audience_id(text)


def test_the_message_repeats_no_more_than_a_little_of_a_long_text():
    with pytest.raises(MalformedId) as refused:
        parse_operator_id("x" * 100_000)
    assert len(str(refused.value)) < 200


def test_an_operator_and_a_customer_of_one_name_are_two_audiences_with_two_streams():
    aurora = parse_operator_id("aurora")
    partner = audience_of_operator(parse_operator_id("acme"))
    customer = audience_of_customer(parse_customer_id("acme"))
    assert (partner, customer) == ("urn:demarc:operator:acme", "urn:demarc:customer:acme")
    assert (is_operator(partner), is_operator(customer)) == (True, False)
    assert party_of_audience(partner) == party_of_audience(customer) == "acme"
    assert stream_between(aurora, partner) == "aurora/acme"
    assert stream_between(aurora, customer) == "aurora/customer:acme"
