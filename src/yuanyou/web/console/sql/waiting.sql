-- What waits for a person in one cell, and the nearest date by which: asked about to the end of our patience, or odd.
SELECT 'attempts_unknown', count(*), NULL::timestamptz FROM payments_attempt
WHERE ask_at IS NULL AND state IN ('submitting', 'action_required', 'processing', 'unknown') AND provider <> 'wallet'
UNION ALL
SELECT 'disputes_to_answer', count(*), min(respond_by) FROM payments_dispute
WHERE state = 'early_warning' OR (state = 'needs_response' AND contested_at IS NULL)
UNION ALL
SELECT 'profiles_missing', count(*), NULL FROM esim_profile WHERE ask_at IS NULL AND state = 'ordered'
UNION ALL
SELECT 'network_wrong', count(*), NULL FROM (
    SELECT DISTINCT ON (line_id) state FROM network_wish
    WHERE line_id IN (SELECT line_id FROM network_wish WHERE state IN ('refused', 'stuck'))
    ORDER BY line_id, turn DESC
) last WHERE state IN ('refused', 'stuck')
UNION ALL
SELECT 'numbers_held', count(*), NULL FROM lines_line WHERE held_until IS NOT NULL
UNION ALL
SELECT 'messages_failed', count(*), NULL FROM messaging_message WHERE state = 'failed'
