"""Disclosure policies: text, document, check, compiled filter, contract, and the check of what leaves."""
