"""The one map from errors to HTTP."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from gateway import errors
from gateway.api import refusals
from gateway.api.problems import FAMILIES, LEAVES, headers_of, problem, status_of, tmf_error
from gateway.outside.answer import NotFound
from gateway.outside.query import QueryRefused


class NewLeaf(errors.StorageError):
    """Something that this map was not told about."""

    code = "storage.new-leaf"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NewLeaf, 503),
        (QueryRefused, 400),
        (NotFound, 404),
        (refusals.CredentialsMissing, 401),
        (refusals.CredentialsRefused, 401),
        (refusals.CrossSiteRefused, 403),
        (refusals.BodyTooLarge, 413),
        (refusals.Unforeseen, 500),
        *((family, status.value) for family, status in FAMILIES.items()),
    ],
)
def test_a_leaf_has_its_own_status_or_its_familys(kind, status):
    assert status_of(kind) == status


def test_every_family_is_mapped():
    assert set(errors.DemarcError.__subclasses__()) <= {*FAMILIES, *LEAVES}


def test_a_door_may_register_leaves_of_its_own():
    assert status_of(NewLeaf, {NewLeaf: HTTPStatus.INSUFFICIENT_STORAGE}) == 507


def test_a_problem_says_what_the_class_says_and_nothing_of_the_instance():
    hidden = "core-rtr-7.lon is down"
    shown = problem(NotFound(hidden))
    assert shown == {
        "type": "urn:demarc:error:record.not-found",
        "title": "There is no such record.",
        "status": 404,
        "detail": NotFound.remedy,
    }
    assert tmf_error(NotFound(hidden)) == {
        "@type": "Error",
        "code": "record.not-found",
        "reason": "There is no such record.",
        "message": NotFound.remedy,
        "status": "404",
    }


def test_answers_that_need_a_header_have_it():
    assert headers_of(HTTPStatus.UNAUTHORIZED) == {"www-authenticate": "Bearer"}
    assert headers_of(HTTPStatus.SERVICE_UNAVAILABLE) == {"retry-after": "5"}
    assert headers_of(HTTPStatus.NOT_FOUND) == {}


def test_the_words_for_strangers_are_sentences():
    for kind in (*vars(refusals).values(), NotFound, QueryRefused):
        if isinstance(kind, type) and issubclass(kind, errors.DemarcError):
            assert kind.summary().endswith(".")
            assert kind.remedy.endswith(".")
