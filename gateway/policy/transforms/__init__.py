"""What is done to values on their way out, one module a concern. Pure and total: what does not fit gives None.

Nothing here returns its input by way of an error: what cannot be transformed is absent (threat P-21). What is done is
decided once, when a policy is compiled: each module makes functions for the arguments that a rule gives.

This package reads no policy and knows no paths.
"""

from gateway.policy.transforms.order import canonical
from gateway.policy.transforms.services import lifting
from gateway.policy.transforms.times import UNITS, is_time, truncation

__all__ = ["UNITS", "canonical", "is_time", "lifting", "truncation"]
