-- Make the stored balances anew from the postings.
WITH sums AS (
    SELECT account, party, currency, sum(amount_minor)::bigint AS minor
    FROM ledger_posting WHERE account = ANY (%(guarded)s::text[])
    GROUP BY account, party, currency
), stale AS (
    UPDATE ledger_balance b SET minor = 0
    WHERE NOT EXISTS (SELECT FROM sums s WHERE (s.account, s.party, s.currency) = (b.account, b.party, b.currency))
)
INSERT INTO ledger_balance (account, party, currency, minor)
SELECT account, party, currency, minor FROM sums
ON CONFLICT (account, party, currency) DO UPDATE SET minor = excluded.minor
