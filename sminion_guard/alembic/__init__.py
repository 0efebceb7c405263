"""Alembic: the operations of migrations, and what autogenerate makes of a database that has the guard.

Alembic imports :mod:`~sminion_guard.alembic.plugin` wherever it runs, so nothing is imported here.
"""
