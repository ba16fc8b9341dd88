-- Profiles that are wanted and not there; the lease keeps others away while the platform is asked.
UPDATE esim_profile SET ask_at = %(until)s
WHERE id IN (
    SELECT id FROM esim_profile WHERE ask_at <= %(now)s
    ORDER BY ask_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
