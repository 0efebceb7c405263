"""Guarded connections and cursors of psycopg: they perform what a transaction asks for."""

from __future__ import annotations
