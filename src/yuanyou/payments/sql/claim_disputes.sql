-- Open disputes that are due; the lease keeps others away while the provider is asked.
UPDATE payments_dispute SET ask_at = %(until)s
WHERE id IN (
    SELECT id FROM payments_dispute WHERE ask_at <= %(now)s
    ORDER BY ask_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
