-- Terms without a bucket, buckets of no term, and buckets with more used and held than granted.
SELECT t.id AS term_id, a.id AS allowance_id, a.granted, a.used, a.held
FROM lines_term t
FULL JOIN allowances_allowance a ON a.source = 'term:' || t.id
WHERE t.id IS NULL OR a.id IS NULL OR a.granted < a.used + a.held
