"""Straight-line Python for one section: from the tree of outputs to the source of a function.

The function tests, reads and writes member by member, with every name and transform resolved beforehand. It works in
three phases: first what the record and its services give, then the constants, then what follows from both (counts and
templates). So a member of an array exists only for what it discloses, never for a constant alone, and tells nothing
about how many there were.

Names from the policy get into the source only through `repr`; values and functions only through the table of
constants. The source is for people as well: it is kept for explanations.
"""

from gateway.policy.filter.codegen.section import Generated, generate

__all__ = ["Generated", "generate"]
