-- Attempts whose state and whose entry in the books disagree.
SELECT a.id AS attempt_id, a.provider, a.state, a.amount_minor, booked.minor
FROM payments_attempt a
LEFT JOIN (
    SELECT e.key, sum(l.amount_minor) FILTER (WHERE l.amount_minor > 0) AS minor
    FROM ledger_entry e JOIN ledger_posting l ON l.entry_id = e.id
    WHERE e.kind IN ('payment received', 'wallet part taken') GROUP BY e.key
) AS booked ON booked.key = CASE WHEN a.provider = 'wallet' THEN 'taken:' ELSE 'received:' END || a.id
WHERE (a.state = 'succeeded' AND booked.minor IS DISTINCT FROM a.amount_minor)
   OR (a.state <> 'succeeded' AND booked.minor IS NOT NULL)
