-- Number the receipts that wait; the caller holds the series row, so that this statement sees what others have numbered.
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY paid_at, id) AS place
    FROM (
        SELECT id, paid_at FROM orders_receipt WHERE number IS NULL
        ORDER BY paid_at, id LIMIT %(limit)s
    ) AS first_ones
), moved AS (
    UPDATE orders_receiptseries SET last = last + (SELECT count(*) FROM waiting) WHERE id = 1
)
UPDATE orders_receipt r SET number = %(last)s + waiting.place
FROM waiting, orders_order o WHERE r.id = waiting.id AND r.number IS NULL AND o.id = r.order_id
RETURNING o.id, o.customer_id, o.line_id, o.language
