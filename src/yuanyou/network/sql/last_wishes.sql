-- The wish of a line that waits to be sent, if any, and the last one that had or may have had an effect.
SELECT kind, state FROM network_wish
WHERE line_id = %(line_id)s AND state NOT IN ('superseded', 'refused')
ORDER BY turn DESC LIMIT 2
