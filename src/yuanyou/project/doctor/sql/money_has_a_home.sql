-- Received money of a payment that has become nothing, although nobody is waited for.
SELECT b.party AS payment_id, b.currency, b.minor, p.state
FROM (
    SELECT party, currency, sum(amount_minor) AS minor FROM ledger_posting
    WHERE account = 'liabilities:received' GROUP BY party, currency
) AS b
LEFT JOIN payments_payment p ON p.id = b.party
WHERE b.minor <> 0
