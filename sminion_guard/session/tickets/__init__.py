"""Tickets: the SQL that opens one, what its answer means, and what the server says of the policy in force."""
