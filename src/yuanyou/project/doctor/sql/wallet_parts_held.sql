-- Held money that is not the sum of the wallet parts of open payments.
SELECT coalesce(h.party, w.customer_id) AS customer_id, coalesce(h.minor, 0) AS held, coalesce(w.minor, 0) AS waiting
FROM (
    SELECT party, currency, -sum(amount_minor) AS minor FROM ledger_posting
    WHERE account = 'liabilities:wallet-held' GROUP BY party, currency
) AS h
FULL JOIN (
    SELECT p.customer_id, a.currency, sum(a.amount_minor) AS minor
    FROM payments_attempt a JOIN payments_payment p ON p.id = a.payment_id
    WHERE a.provider = 'wallet' AND a.state = 'processing' GROUP BY p.customer_id, a.currency
) AS w ON w.customer_id = h.party AND w.currency = h.currency
WHERE coalesce(h.minor, 0) <> coalesce(w.minor, 0)
