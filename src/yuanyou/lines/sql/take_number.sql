-- Take one free number from the shared pool for a line; no row when the pool is empty.
UPDATE public.lines_number SET state = 'assigned', line_id = %(line_id)s
WHERE number = (
    SELECT number FROM public.lines_number WHERE state = 'free'
    ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING number
