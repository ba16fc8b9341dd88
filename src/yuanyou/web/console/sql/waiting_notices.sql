-- Notices that were kept and could not be worked on to the end of our patience, or are about nothing of ours.
SELECT 'notices_unmatched', count(*) FROM payments_inbox WHERE outcome = 'unmatched'
UNION ALL
SELECT 'notices_stuck', count(*) FROM payments_inbox WHERE handled_at IS NULL AND ask_at IS NULL
