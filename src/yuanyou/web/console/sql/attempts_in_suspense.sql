-- Attempts of one cell that brought money nobody owed, while some of it still lies in suspense.
SELECT a.id FROM payments_attempt a
WHERE a.state = 'mismatch' AND (
    SELECT sum(p.amount_minor) FROM ledger_posting p WHERE p.account = %(suspense)s AND p.party = a.id
) < 0
ORDER BY a.id
