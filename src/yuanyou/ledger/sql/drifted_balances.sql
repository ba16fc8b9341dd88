-- Stored balances that differ from the sum of their postings: must be none.
SELECT coalesce(b.account, s.account), coalesce(b.party, s.party), coalesce(b.currency, s.currency),
       coalesce(b.minor, 0), coalesce(s.minor, 0)
FROM ledger_balance b
FULL JOIN (
    SELECT account, party, currency, sum(amount_minor)::bigint AS minor
    FROM ledger_posting WHERE account = ANY (%(guarded)s::text[])
    GROUP BY account, party, currency
) AS s USING (account, party, currency)
WHERE coalesce(b.minor, 0) <> coalesce(s.minor, 0)
