-- Removed ways to pay that the provider must still forget; the lease keeps others away while it is told.
UPDATE payments_savedmethod SET forget_at = %(until)s
WHERE id IN (
    SELECT id FROM payments_savedmethod WHERE forget_at <= %(now)s
    ORDER BY forget_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
