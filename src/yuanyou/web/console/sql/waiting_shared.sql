-- What waits in the tables that all cells share: notices that could not be worked on, differences from statements.
SELECT 'notices_unmatched', count(*), NULL::timestamptz FROM payments_inbox WHERE outcome = 'unmatched'
UNION ALL
SELECT 'notices_stuck', count(*), NULL FROM payments_inbox WHERE handled_at IS NULL AND ask_at IS NULL
UNION ALL
SELECT 'cases_open', count(*), NULL FROM payments_case WHERE state = 'open'
