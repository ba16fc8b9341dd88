-- The log is append-only: a record is linked into the chain once, and nothing else of it ever changes.
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.number IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
        AND (NEW.id, NEW.at, NEW.verb, NEW.subject, NEW.reason, NEW.facts)
            = (OLD.id, OLD.at, OLD.verb, OLD.subject, OLD.reason, OLD.facts)
        AND (NEW.actor_id, NEW.customer_id, NEW.sealed, NEW.sealed_for)
            IS NOT DISTINCT FROM (OLD.actor_id, OLD.customer_id, OLD.sealed, OLD.sealed_for)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'check_violation';
END $$;
CREATE OR REPLACE TRIGGER audit_record_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit_record
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();

CREATE OR REPLACE FUNCTION audit_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.number > OLD.number THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'check_violation';
END $$;
CREATE OR REPLACE TRIGGER audit_head_moves_on BEFORE UPDATE OR DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_moves_on();
