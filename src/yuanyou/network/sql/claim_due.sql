-- Wishes whose time has come, what gives service first; none while an earlier one of its line may be in the
-- carrier's hands. The lease keeps others away. One that was never sent is asked from here on: killed after
-- this, it is looked up before it is sent.
WITH due AS (
    SELECT w.id, w.state FROM network_wish w
    WHERE w.ask_at <= %(now)s AND w.urgency <= %(least_urgent)s
      AND NOT EXISTS (
          SELECT 1 FROM network_wish e
          WHERE e.line_id = w.line_id AND e.turn < w.turn AND e.state IN ('asked', 'unknown', 'accepted'))
    ORDER BY w.urgency, w.ask_at LIMIT %(limit)s FOR UPDATE OF w SKIP LOCKED
)
UPDATE network_wish w
SET ask_at = %(until)s,
    state = CASE w.state WHEN 'wanted' THEN 'asked' ELSE w.state END,
    asked_at = coalesce(w.asked_at, %(now)s)
FROM due WHERE w.id = due.id
RETURNING w.id, w.kind, w.iccid, w.hosts, w.incoming_sms, due.state = 'wanted'
