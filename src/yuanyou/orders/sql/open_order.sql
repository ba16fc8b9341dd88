-- A new order of a key; no row when the key was used before (by a second tap, whose order stands).
INSERT INTO orders_order (
    key, token, kind, state, customer_id, by_guest, line_id, plan_version_id, start, quote, language,
    total_minor, currency, begin_by, created_at, result
) VALUES (
    %(key)s, %(token)s, %(kind)s, %(state)s, %(customer_id)s, %(by_guest)s, %(line_id)s, %(plan_version_id)s,
    %(start)s, %(quote)s, %(language)s, %(total_minor)s, %(currency)s, %(begin_by)s, %(created_at)s, %(result)s
)
ON CONFLICT (customer_id, key) DO NOTHING
RETURNING id
