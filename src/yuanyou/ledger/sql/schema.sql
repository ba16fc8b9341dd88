-- The books of one cell: append-only, every entry sums to zero in every currency, guarded balances never go under.
CREATE TABLE ledger_entry (
    id          bigint PRIMARY KEY DEFAULT new_id(),
    key         text COLLATE "C" NOT NULL UNIQUE,
    kind        text NOT NULL,
    happened_at timestamptz NOT NULL,
    booked_on   date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ledger_entry_booked_on ON ledger_entry (booked_on);

CREATE TABLE ledger_posting (
    entry_id     bigint NOT NULL REFERENCES ledger_entry,
    line_no      smallint NOT NULL,
    account      text NOT NULL CHECK (account ~ '^(assets|liabilities|income|expenses):[a-z0-9:._-]+$'),
    party        bigint NOT NULL,
    currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, line_no)
);
CREATE INDEX ledger_posting_account ON ledger_posting (account, party, currency);

-- A cache of guarded accounts' sums that can be rebuilt; liabilities are credits, so "not below zero" is "not above 0".
CREATE TABLE ledger_balance (
    account  text NOT NULL,
    party    bigint NOT NULL,
    currency text NOT NULL,
    minor    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account, party, currency),
    CONSTRAINT ledger_balance_not_overdrawn CHECK (minor <= 0)
);

CREATE TABLE ledger_closing (
    closed_through date PRIMARY KEY,
    closed_at      timestamptz NOT NULL
);

CREATE FUNCTION ledger_added_balances() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'a ledger entry does not balance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_added_balances AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_added_balances();

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: correct with a new entry' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();

CREATE FUNCTION ledger_month_is_open() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_closing WHERE closed_through >= NEW.booked_on) THEN
        RAISE EXCEPTION 'the books are closed through that day' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_month_is_open BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_month_is_open();

-- Post entries with their lines, each key once, and return the keys that were new.
-- Arrays: one element an entry (keys, kinds, days), then one an posting (entry number from 1, account, party, currency, amount, guarded).
-- What falls on a closed day is booked on the next open one. Balances are locked by (account, party, currency).
CREATE FUNCTION ledger_post(
    keys text[], kinds text[], happened timestamptz, booked date,
    of_entry int[], accounts text[], parties bigint[], currencies text[], amounts bigint[], guarded boolean[]
) RETURNS SETOF text LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    fresh text[];
BEGIN
    WITH written AS (
        INSERT INTO ledger_entry (key, kind, happened_at, booked_on)
        SELECT e.key, e.kind, happened,
               greatest(booked, (SELECT max(closed_through) + 1 FROM ledger_closing))
        FROM unnest(keys, kinds) AS e (key, kind)
        ON CONFLICT (key) DO NOTHING
        RETURNING id, key
    ), lines AS (
        INSERT INTO ledger_posting (entry_id, line_no, account, party, currency, amount_minor)
        SELECT w.id, row_number() OVER (PARTITION BY w.id ORDER BY p.no), p.account, p.party, p.currency, p.amount
        FROM unnest(of_entry, accounts, parties, currencies, amounts)
             WITH ORDINALITY AS p (entry, account, party, currency, amount, no)
        JOIN written w ON w.key = keys[p.entry]
    )
    SELECT array_agg(key) INTO fresh FROM written;

    IF fresh IS NULL THEN
        RETURN;
    END IF;
    IF true = ANY (guarded) THEN
        INSERT INTO ledger_balance (account, party, currency)
        SELECT DISTINCT p.account, p.party, p.currency
        FROM unnest(of_entry, accounts, parties, currencies, guarded) AS p (entry, account, party, currency, guarded)
        WHERE p.guarded AND keys[p.entry] = ANY (fresh)
        ORDER BY 1, 2, 3
        ON CONFLICT DO NOTHING;
        PERFORM FROM ledger_balance b
        JOIN unnest(accounts, parties, currencies, guarded) AS p (account, party, currency, guarded)
             ON (b.account, b.party, b.currency) = (p.account, p.party, p.currency)
        WHERE p.guarded
        ORDER BY b.account, b.party, b.currency
        FOR UPDATE OF b;
        UPDATE ledger_balance b SET minor = b.minor + moved.amount
        FROM (
            SELECT p.account, p.party, p.currency, sum(p.amount)::bigint AS amount
            FROM unnest(of_entry, accounts, parties, currencies, amounts, guarded)
                 AS p (entry, account, party, currency, amount, guarded)
            WHERE p.guarded AND keys[p.entry] = ANY (fresh)
            GROUP BY 1, 2, 3
        ) AS moved
        WHERE (b.account, b.party, b.currency) = (moved.account, moved.party, moved.currency) AND moved.amount <> 0;
    END IF;
    RETURN QUERY SELECT unnest(fresh);
END $$;
