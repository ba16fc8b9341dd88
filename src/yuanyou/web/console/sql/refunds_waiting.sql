-- Refunds of one cell that wait for a person, oldest first, and what for:
-- second (must be approved), outside (must be explained), refused (its money waits), silent (nobody asks any more).
SELECT id, waits_for FROM (
    SELECT r.id, CASE
        WHEN r.state = 'requested' THEN 'second'
        WHEN r.state = 'succeeded' AND r.reason = %(outside)s AND r.takes_back ->> 'what' = '' THEN 'outside'
        WHEN r.state = 'failed' AND (
            SELECT sum(p.amount_minor) FROM ledger_posting p
            WHERE p.account = %(due)s AND p.party = r.id AND p.currency = r.currency
        ) < 0 THEN 'refused'
        WHEN r.state NOT IN ('succeeded', 'failed') AND r.ask_at IS NULL THEN 'silent'
        END AS waits_for
    FROM payments_refund r
) found WHERE waits_for IS NOT NULL
ORDER BY id
