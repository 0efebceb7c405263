"""Conditions on the rows of a table: values, their text, their constants, and whether one holds."""
