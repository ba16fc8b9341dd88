-- Paid payments whose order is still open, fulfilled orders that are not paid, or without receipt, term or sale entry.
SELECT o.id AS order_id, o.kind, o.state AS order_state, p.state AS payment_state,
       r.id IS NOT NULL AS has_receipt, t.id IS NOT NULL AS has_term, e.id IS NOT NULL AS has_sale
FROM orders_order o
LEFT JOIN payments_payment p ON p.order_id = o.id
LEFT JOIN orders_receipt r ON r.order_id = o.id
LEFT JOIN lines_term t ON t.order_id = o.id
LEFT JOIN ledger_entry e ON e.key = CASE WHEN o.kind = 'top_up' THEN 'topped-up:' ELSE 'sold:' END || o.id
WHERE (p.state = 'paid') IS DISTINCT FROM (o.state = 'fulfilled' OR (o.state = 'canceled' AND EXISTS (
          SELECT FROM ledger_entry b WHERE b.key = 'returned:' || o.id)))
   OR (o.state = 'fulfilled' AND (r.id IS NULL OR e.id IS NULL OR (t.id IS NULL AND o.kind <> 'top_up')))
   OR (o.state <> 'fulfilled' AND (r.id IS NOT NULL OR t.id IS NOT NULL OR e.id IS NOT NULL))
