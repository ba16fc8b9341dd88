-- Overlaps, and gaps before a term that waits behind another.
SELECT line_id, id AS term_id, starts_at, before_ends
FROM (
    SELECT line_id, id, state, starts_at,
           lag(coalesce(ended_at, ends_at)) OVER (PARTITION BY line_id ORDER BY starts_at) AS before_ends,
           lag(state) OVER (PARTITION BY line_id ORDER BY starts_at) AS before_state
    FROM lines_term WHERE state <> 'canceled'
) AS terms
WHERE starts_at < before_ends
   OR (state = 'waiting' AND before_state IN ('running', 'waiting') AND starts_at <> before_ends)
