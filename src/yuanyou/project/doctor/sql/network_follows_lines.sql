-- Lines with a card whose last confirmed wish leads elsewhere than their state wants, while nothing is under way.
WITH wanted AS (
    SELECT id AS line_id, state, CASE
        WHEN state IN ('active', 'grace') THEN 'open'
        WHEN state IN ('suspended', 'paused') THEN 'barred'
        WHEN state IN ('released', 'closed') THEN 'closed' END AS service
    FROM lines_line WHERE iccid IS NOT NULL
), confirmed AS (
    SELECT DISTINCT ON (line_id) line_id, CASE kind
        WHEN 'open' THEN 'open' WHEN 'restore' THEN 'open' WHEN 'bar' THEN 'barred' ELSE 'closed' END AS service
    FROM network_wish WHERE state = 'confirmed' ORDER BY line_id, turn DESC
)
SELECT w.line_id, w.state, w.service AS wanted, c.service AS confirmed
FROM wanted w LEFT JOIN confirmed c USING (line_id)
WHERE w.service IS NOT NULL
  AND coalesce(c.service, 'closed') <> w.service
  AND NOT EXISTS (
      SELECT 1 FROM network_wish o
      WHERE o.line_id = w.line_id AND o.state IN ('wanted', 'asked', 'unknown', 'accepted'))
