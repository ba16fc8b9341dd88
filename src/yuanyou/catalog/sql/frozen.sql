-- A published version never changes but to be withdrawn, and its prices not at all: orders point at it.
CREATE FUNCTION catalog_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER catalog_version_is_frozen BEFORE UPDATE OR DELETE ON catalog_planversion
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION catalog_version_is_frozen();

CREATE FUNCTION catalog_price_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_version bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
BEGIN
    IF EXISTS (SELECT FROM catalog_planversion WHERE id = of_version AND state <> 'draft') THEN
        RAISE EXCEPTION 'the price of a published plan version never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER catalog_price_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON catalog_planprice
    FOR EACH ROW EXECUTE FUNCTION catalog_price_is_frozen();
