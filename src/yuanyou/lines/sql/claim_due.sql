-- Lines whose next instant has come; the lease keeps other sweeps away while one is at work.
UPDATE lines_line SET next_at = %(until)s
WHERE id IN (
    SELECT id FROM lines_line WHERE next_at <= %(now)s
    ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
