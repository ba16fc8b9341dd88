-- Lines whose state, running term and next instant contradict each other.
SELECT l.id AS line_id, l.state, count(t.id) FILTER (WHERE t.state = 'running') AS running,
       count(t.id) FILTER (WHERE t.state = 'waiting') AS waiting, l.next_at
FROM lines_line l LEFT JOIN lines_term t ON t.line_id = l.id
GROUP BY l.id
HAVING (l.state IN ('grace', 'suspended', 'released', 'closed') AND count(t.id) FILTER (WHERE t.state = 'running') > 0)
    OR (l.state = 'active' AND count(t.id) FILTER (WHERE t.state IN ('running', 'waiting')) = 0)
    OR (l.state IN ('active', 'grace', 'suspended') AND l.next_at IS NULL)
