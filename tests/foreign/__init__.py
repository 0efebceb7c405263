"""Verifiers that share no code with the product: what others would use on a log of ours."""
