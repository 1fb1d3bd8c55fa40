"""Use cases of the inside: everything that may know what the operator knows. One verb, one file."""
