-- A published version never changes but to be withdrawn, and its prices not at all: orders point at it.
CREATE OR REPLACE FUNCTION catalog_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.plan_id, OLD.number, OLD.facts, OLD.days, OLD.grace_days, OLD.countries, OLD.published_at)
          IS DISTINCT FROM
          (NEW.plan_id, NEW.number, NEW.facts, NEW.days, NEW.grace_days, NEW.countries, NEW.published_at)
       OR (NEW.state <> OLD.state AND NOT (OLD.state = 'published' AND NEW.state = 'withdrawn')) THEN
        RAISE EXCEPTION 'a published plan version never changes: make a new one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER catalog_version_is_frozen BEFORE UPDATE OR DELETE ON catalog_planversion
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION catalog_version_is_frozen();

CREATE OR REPLACE FUNCTION catalog_price_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- A price that moves from a draft to a published version would be a new price of that one.
    touched bigint[] := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.version_id]
                                   WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                                   ELSE ARRAY[OLD.version_id, NEW.version_id] END;
BEGIN
    IF EXISTS (SELECT FROM catalog_planversion WHERE id = ANY (touched) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the price of a published plan version never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE TRIGGER catalog_price_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON catalog_planprice
    FOR EACH ROW EXECUTE FUNCTION catalog_price_is_frozen();
