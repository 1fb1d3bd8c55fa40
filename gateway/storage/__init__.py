"""Adapters that keep the promises of `gateway.ports` in SQLite and PostgreSQL.

`inside` and `outside` are the two stores; what both need stands here: the database, streams and partners.
"""
