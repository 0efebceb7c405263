"""Checkers that others wrote, run over the shop: what each finds is explained, or `make checkers` fails."""
