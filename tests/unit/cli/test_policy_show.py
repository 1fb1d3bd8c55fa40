"""What an approver sees before signing: the text, the agreement, the changes, and what would leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_desk import CliDesk, cli_desk
from tests.inside_side import alarm, policy, resource, service
from tests.officers import ANNA, BORIS

POLICY = policy().replace("records:", "agreement: {valid: {until: 2027-12-31}, scope: {services: [svc-1]}}\nrecords:")
COMMENTED = f"# as agreed\n{POLICY}"


@pytest.fixture
def desk(tmp_path: Path) -> CliDesk:
    desk = cli_desk(tmp_path)
    desk.take(resource(), service(), alarm())
    return desk


def draft_of(desk: CliDesk, text: str = COMMENTED) -> str:
    submitted = desk.policy("submit", desk.write(text), by=ANNA)
    assert submitted.exit_code == 0, submitted.output
    return submitted.output.partition("\ndraft ")[2][:16]


def test_a_draft_is_shown_as_its_author_wrote_it_even_if_the_file_has_changed(desk: CliDesk) -> None:
    draft = draft_of(desk)
    desk.write("nothing")
    assert desk.policy("show", draft).stdout == COMMENTED
    assert desk.policy("show", draft[:5]).stdout == COMMENTED
    assert "as agreed" not in desk.policy("show", draft, "--effective").stdout


def test_what_was_in_force_is_shown_by_audience_and_version(desk: CliDesk) -> None:
    desk.officers.publish(POLICY)
    desk.officers.publish(POLICY.replace("perceivedSeverity", "probableCause"))
    desk.disclose()
    assert "probableCause: keep" in desk.policy("show", "operator:northlink").stdout
    assert "perceivedSeverity: keep" in desk.policy("show", "operator:northlink@1").stdout
    assert desk.policy("show", "operator:northlink@2").stdout == desk.policy("show", "operator:northlink").stdout
    assert desk.policy("show", "operator:northlink@3").exit_code == 1
    assert desk.policy("show", "operator:northlink@new").exit_code == 2
    assert desk.policy("show", "operator:nothlink").exit_code == 2


def test_the_review_of_a_first_policy_tells_the_agreement_and_names_the_draft(desk: CliDesk) -> None:
    draft = draft_of(desk)
    told = desk.policy("review", draft).output
    assert "it holds until 2027-12-31, that day included" in told
    assert "it is about these services svc-1" in told
    assert f"demarc policy preview {draft}" in told


def test_changes_of_the_same_records_stand_under_one_line(desk: CliDesk) -> None:
    told = desk.policy("review", draft_of(desk)).output
    assert told.count("newly visible: alarm") == 1
    assert "    perceivedSeverity: nothing -> keep\n" in told


def test_the_preview_is_of_the_draft_and_not_of_the_file_as_it_is_now(desk: CliDesk) -> None:
    draft = draft_of(desk)
    from_file = desk.policy("preview", str(desk.folder / "northlink.yaml")).stdout
    desk.write(policy("probableCause: keep"))
    assert '"perceivedSeverity":"critical"' in from_file
    assert desk.policy("preview", draft).stdout == from_file
    assert desk.policy("preview", "no-such.yaml").exit_code == 2


def test_a_beginning_is_approved_and_published(desk: CliDesk) -> None:
    draft = draft_of(desk)
    approved = desk.policy("approve", draft[:6], "--yes", by=BORIS)
    assert f"demarc policy publish {draft}" in approved.output
    assert desk.policy("publish", draft[:6], by=ANNA).exit_code == 0
