-- Delete entries of the shared cache whose time is over; what is being counted this instant waits for the next time.
DELETE FROM public.shared_cache
WHERE cache_key IN (
    SELECT cache_key FROM public.shared_cache WHERE expires < %(at)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
