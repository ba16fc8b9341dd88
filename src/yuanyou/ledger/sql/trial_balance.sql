-- The sum of every account by currency, debits positive; of one party when asked. All rows together sum to zero.
SELECT account, currency, sum(amount_minor)::bigint AS minor
FROM ledger_posting
GROUP BY account, currency
ORDER BY account, currency
