-- Messages whose time has come; a message whose sender died is taken again when its lease has run out.
UPDATE messaging_message SET ask_at = %(until)s, state = 'sending', tried = tried + 1
WHERE id IN (
    SELECT id FROM messaging_message WHERE ask_at <= %(now)s
    ORDER BY ask_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
