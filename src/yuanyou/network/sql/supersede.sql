-- The next wish takes the place of these, which were not sent.
UPDATE network_wish SET state = 'superseded', ask_at = NULL, ended_at = %(now)s
WHERE id = ANY(%(ids)s) AND state = 'wanted'
