-- Numbers assigned to lines of this cell that do not carry them, and lines with numbers that are not theirs.
SELECT n.number, n.line_id AS pool_says, l.id AS line_says
FROM public.lines_number n
FULL JOIN lines_line l ON l.number = n.number
WHERE (l.number IS NOT NULL AND n.line_id IS DISTINCT FROM l.id)
   OR (n.line_id IS NOT NULL AND l.id IS NULL AND (n.line_id >> 12) & 1023 = %(cell)s)
