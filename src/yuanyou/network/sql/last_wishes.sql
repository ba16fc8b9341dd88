-- Of each line: its last turn, the wish that waits to be sent, and the last one that had or may have had an effect.
SELECT l.id, t.turn, w.id, w.kind, w.state
FROM unnest(%(line_ids)s::bigint[]) AS l(id)
CROSS JOIN LATERAL (SELECT coalesce(max(turn), 0) AS turn FROM network_wish WHERE line_id = l.id) t
LEFT JOIN LATERAL (
    SELECT id, kind, state FROM network_wish
    WHERE line_id = l.id AND state NOT IN ('superseded', 'refused')
    ORDER BY turn DESC LIMIT 2
) w ON true
