-- Somebody waits behind these: they are looked up at once, with the urgency of who waits. One that a worker
-- has in hand is left to it.
UPDATE network_wish w SET ask_at = least(w.ask_at, %(now)s), urgency = least(w.urgency, h.urgency)
FROM unnest(%(ids)s::bigint[], %(urgencies)s::int[]) AS h(id, urgency)
WHERE w.id = h.id AND w.state IN ('unknown', 'accepted')
