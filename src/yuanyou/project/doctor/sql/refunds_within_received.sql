-- Attempts of which we gave back more than came, or that sent more back than came, failed refunds apart.
-- One made in a provider's own pages on top of ours to the wallet is no breach: nobody can prevent it, a person explains it.
WITH given AS (
    SELECT attempt_id,
           coalesce(sum(amount_minor) FILTER (WHERE reason <> 'outside'), 0) AS ours,
           coalesce(sum(amount_minor) FILTER (WHERE destination = 'origin'), 0) AS sent_back
    FROM payments_refund WHERE state <> 'failed' GROUP BY attempt_id
),
came AS (
    SELECT id, state, CASE state
        WHEN 'succeeded' THEN amount_minor
        WHEN 'mismatch' THEN coalesce(odd_minor, 0)
        ELSE 0 END AS received
    FROM payments_attempt
)
SELECT c.id AS attempt_id, c.received, g.ours, g.sent_back
FROM given g JOIN came c ON c.id = g.attempt_id
WHERE g.ours > c.received OR (g.sent_back > c.received AND c.state <> 'mismatch')
