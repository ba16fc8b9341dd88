-- No loop sends what may be superseded in a moment.
SELECT id FROM network_wish WHERE line_id = ANY(%(line_ids)s) AND state = 'wanted' ORDER BY id FOR UPDATE
