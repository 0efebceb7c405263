SELECT p.bit, p.name, p.basis, p.sees_blocked, p.retired_at IS NOT NULL AS retired FROM sminion.purpose p ORDER BY p.bit;
