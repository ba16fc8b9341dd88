-- Post entries with their lines; returns the keys that were new.
SELECT ledger_post(
    %(keys)s::text[], %(kinds)s::text[], %(happened_at)s, %(booked_on)s,
    %(of_entry)s::int[], %(accounts)s::text[], %(parties)s::bigint[],
    %(currencies)s::text[], %(amounts)s::bigint[], %(guarded)s::boolean[]
)
