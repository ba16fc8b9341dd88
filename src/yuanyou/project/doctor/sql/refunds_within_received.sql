-- Attempts with more refunds, not counting failed ones, than money received.
SELECT a.id AS attempt_id, a.amount_minor AS received, sum(r.amount_minor) AS refunded
FROM payments_refund r JOIN payments_attempt a ON a.id = r.attempt_id
WHERE r.state <> 'failed'
GROUP BY a.id HAVING sum(r.amount_minor) > a.amount_minor OR a.state <> 'succeeded'
