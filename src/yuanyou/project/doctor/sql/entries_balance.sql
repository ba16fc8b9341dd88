-- Entries that do not sum to zero, or have no lines.
SELECT e.key, p.currency, sum(p.amount_minor) AS off_by
FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
GROUP BY e.key, p.currency HAVING sum(p.amount_minor) IS DISTINCT FROM 0
