"""The checks, one a file; :mod:`sminion_guard.doctor.registry` lists them."""
