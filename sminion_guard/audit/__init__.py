"""The sealed log: formats and proofs that other programs verify (RFC 6962 and C2SP; docs/PROOF.md)."""
