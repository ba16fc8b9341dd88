-- What waits for a person in one cell: asked about to the end of our patience, or odd.
SELECT 'attempts_unknown', count(*) FROM payments_attempt
WHERE ask_at IS NULL AND state IN ('submitting', 'action_required', 'processing', 'unknown') AND provider <> 'wallet'
UNION ALL
SELECT 'attempts_mismatch', count(*) FROM payments_attempt WHERE state = 'mismatch'
UNION ALL
SELECT 'refunds_stuck', count(*) FROM payments_refund WHERE ask_at IS NULL AND state NOT IN ('succeeded', 'failed')
UNION ALL
SELECT 'profiles_missing', count(*) FROM esim_profile WHERE ask_at IS NULL AND state = 'ordered'
UNION ALL
SELECT 'numbers_held', count(*) FROM lines_line WHERE held_until IS NOT NULL
UNION ALL
SELECT 'messages_failed', count(*) FROM messaging_message WHERE state = 'failed'
