"""Disclosure policies at the command line: one module per command or group of commands; all are listed here."""

from __future__ import annotations

import typer

from gateway.cli.policy.acts import acts, history, list_
from gateway.cli.policy.check import check
from gateway.cli.policy.diff import diff
from gateway.cli.policy.emergency import break_glass, report, resume, stop
from gateway.cli.policy.explain import conformance, explain
from gateway.cli.policy.preview import preview
from gateway.cli.policy.propose import approve, review, submit
from gateway.cli.policy.publish import publish, rollback
from gateway.cli.policy.quarantine import quarantine
from gateway.cli.policy.query import query
from gateway.cli.policy.show import show
from gateway.cli.policy.tests import run_tests

app = typer.Typer(no_args_is_help=True, help="Disclosure policies: what each audience may learn.")

app.command("check")(check)
app.command("preview")(preview)
app.command("diff")(diff)
app.command("query")(query)
app.command("show")(show)
app.command("submit")(submit)
app.command("review")(review)
app.command("approve")(approve)
app.command("publish")(publish)
app.command("rollback")(rollback)
app.command("list")(list_)
app.command("history")(history)
app.command("stop")(stop)
app.command("resume")(resume)
app.command("break-glass")(break_glass)
app.command("report")(report)
app.command("acts")(acts)
app.command("explain")(explain)
app.command("conformance")(conformance)
app.command("test")(run_tests)
app.add_typer(quarantine, name="quarantine")
