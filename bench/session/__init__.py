"""What a guarded session costs: ``python -m bench.session``."""
