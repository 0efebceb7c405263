"""A small shop: its policy, its tables, their models, and queries of its application. `sminion-guard demo` plays it."""
