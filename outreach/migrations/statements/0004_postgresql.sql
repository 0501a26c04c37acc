-- Marks each mission of which a row changes that a figure may count; see reports/counters/tables.py.
-- Statement by statement, and never unique: nobody waits for a mark that is not committed yet.

CREATE OR REPLACE FUNCTION mark_missions_of_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id)
    SELECT DISTINCT mission_id FROM touched
    WHERE mission_id IS NOT NULL AND (TG_OP <> 'UPDATE' OR state <> 'sending');
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_missions_of_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id)
    SELECT mission_id FROM unnest(ARRAY[old.mission_id, new.mission_id]) AS mission_id
    WHERE mission_id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_missions_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id)
    SELECT DISTINCT delivery.mission_id FROM touched
    JOIN delivery ON delivery.id = touched.delivery_id
    WHERE delivery.mission_id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_missions_of_mails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id)
    SELECT thread.mission_id FROM touched JOIN thread ON thread.id = touched.thread_id
    UNION
    SELECT delivery.mission_id FROM touched JOIN delivery ON delivery.id = touched.delivery_id
    WHERE delivery.mission_id IS NOT NULL;
    RETURN NULL;
END $$;

-- What a contact left may be under another mission than its present one.
CREATE OR REPLACE FUNCTION mark_missions_of_contact(contacts integer[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO stale_mission (mission_id)
    SELECT mission_id FROM contact WHERE id = ANY (contacts)
    UNION
    SELECT mission_id FROM delivery WHERE contact_id = ANY (contacts) AND mission_id IS NOT NULL
    UNION
    SELECT thread.mission_id FROM incoming_mail JOIN thread ON thread.id = thread_id
    WHERE incoming_mail.contact_id = ANY (contacts)
    UNION
    SELECT delivery.mission_id FROM incoming_mail JOIN delivery ON delivery.id = delivery_id
    WHERE incoming_mail.contact_id = ANY (contacts) AND delivery.mission_id IS NOT NULL;
$$;

CREATE OR REPLACE FUNCTION mark_missions_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_missions_of_contact((SELECT array_agg(contact_id) FROM touched));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_missions_of_changed_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mark_missions_of_contact(ARRAY[new.id]);
    INSERT INTO stale_mission (mission_id) VALUES (old.mission_id);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_missions_of_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id) SELECT DISTINCT mission_id FROM touched;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION mark_mission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_mission (mission_id) VALUES (new.id);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER stale_delivery_in AFTER INSERT ON delivery
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_deliveries();

CREATE OR REPLACE TRIGGER stale_delivery_changed AFTER UPDATE ON delivery
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_deliveries();

CREATE OR REPLACE TRIGGER stale_delivery_moved AFTER UPDATE OF mission_id ON delivery
FOR EACH ROW WHEN (old.mission_id IS DISTINCT FROM new.mission_id)
EXECUTE FUNCTION mark_missions_of_moved();

CREATE OR REPLACE TRIGGER stale_delivery_out AFTER DELETE ON delivery
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_deliveries();

CREATE OR REPLACE TRIGGER stale_event_in AFTER INSERT ON event
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_events();

CREATE OR REPLACE TRIGGER stale_event_changed AFTER UPDATE ON event
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_events();

CREATE OR REPLACE TRIGGER stale_event_out AFTER DELETE ON event
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_events();

CREATE OR REPLACE TRIGGER stale_mail_in AFTER INSERT ON incoming_mail
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_mails();

CREATE OR REPLACE TRIGGER stale_mail_changed AFTER UPDATE ON incoming_mail
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_mails();

CREATE OR REPLACE TRIGGER stale_mail_was AFTER UPDATE ON incoming_mail
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_mails();

CREATE OR REPLACE TRIGGER stale_mail_out AFTER DELETE ON incoming_mail
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_mails();

CREATE OR REPLACE TRIGGER stale_thread_moved AFTER UPDATE OF mission_id, campaign_id ON thread
FOR EACH ROW EXECUTE FUNCTION mark_missions_of_moved();

CREATE OR REPLACE TRIGGER stale_mission_changed AFTER UPDATE OF state ON mission
FOR EACH ROW EXECUTE FUNCTION mark_mission();

CREATE OR REPLACE TRIGGER stale_contact_in AFTER INSERT ON contact
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_contacts();

CREATE OR REPLACE TRIGGER stale_contact_changed AFTER UPDATE OF tags, mission_id ON contact
FOR EACH ROW
WHEN (old.tags::text <> new.tags::text OR old.mission_id <> new.mission_id)
EXECUTE FUNCTION mark_missions_of_changed_contact();

CREATE OR REPLACE TRIGGER stale_contact_out AFTER DELETE ON contact
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_contacts();

CREATE OR REPLACE TRIGGER stale_member_in AFTER INSERT ON list_membership
REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_members();

CREATE OR REPLACE TRIGGER stale_member_out AFTER DELETE ON list_membership
REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION mark_missions_of_members();
