-- The series says more or fewer numbers than there are, or a number is missing in between.
SELECT s.last AS series_last, count(r.number) AS given, max(r.number) AS highest
FROM orders_receiptseries s LEFT JOIN orders_receipt r ON r.number IS NOT NULL
GROUP BY s.last HAVING count(r.number) <> s.last OR coalesce(max(r.number), 0) <> s.last
