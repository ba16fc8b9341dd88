-- Lines whose automatic renewal is due to be looked at; the lease keeps others away meanwhile.
UPDATE payments_mandate SET next_at = %(until)s
WHERE id IN (
    SELECT id FROM payments_mandate WHERE next_at <= %(now)s
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING line_id
