-- Notices of one provider that wait; the lease keeps other workers away while the provider is asked.
UPDATE payments_inbox SET ask_at = %(until)s
WHERE id IN (
    SELECT id FROM payments_inbox WHERE provider = %(provider)s AND ask_at <= %(now)s
    ORDER BY ask_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
