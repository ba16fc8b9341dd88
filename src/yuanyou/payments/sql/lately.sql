-- What was tried and paid before this try: by the customer or the browser, at the network address, by everybody.
WITH own AS (
    SELECT id FROM payments_attempt WHERE tried_by = %(customer)s AND created_at > %(day_ago)s
    UNION
    SELECT id FROM payments_attempt WHERE device = %(device)s AND created_at > %(day_ago)s
),
tried AS (
    SELECT a.created_at, a.amount_minor, a.method, a.fingerprint, a.currency, a.state,
           a.state = 'failed' OR (a.reason IS NOT NULL AND a.state <> 'mismatch') AS failed
    FROM payments_attempt a JOIN own USING (id) WHERE a.provider <> 'wallet'
),
nearby AS (
    SELECT created_at, state = 'failed' OR (reason IS NOT NULL AND state <> 'mismatch') AS failed
    FROM payments_attempt
    WHERE address = %(address)s AND created_at > %(day_ago)s AND provider <> 'wallet'
),
everybody AS (
    SELECT state = 'failed' OR (reason IS NOT NULL AND state <> 'mismatch') AS failed
    FROM payments_attempt WHERE created_at > %(ten_minutes_ago)s AND provider <> 'wallet'
)
SELECT
    (SELECT count(*) FROM tried WHERE failed AND created_at > %(hour_ago)s),
    (SELECT count(*) FROM tried WHERE failed),
    (SELECT count(*) FROM nearby WHERE failed AND created_at > %(hour_ago)s),
    (SELECT count(*) FROM nearby WHERE failed),
    (SELECT count(DISTINCT fingerprint) FROM tried WHERE method = 'card'),  -- an account elsewhere is no card
    (SELECT coalesce(round(sum(amount_minor * (%(worth)s::jsonb ->> currency)::numeric)), 0)::bigint FROM tried
     WHERE state IN ('succeeded', 'processing')),
    (SELECT count(*) FROM everybody),
    (SELECT count(*) FROM everybody WHERE failed)
