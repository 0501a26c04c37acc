-- Marks each mission of which a row changes that a figure may count; see reports/counters/tables.py.
-- One writer at a time: a mark that stands there already is enough.

CREATE VIEW IF NOT EXISTS mission_to_mark AS SELECT NULL AS mission_id;

CREATE TRIGGER IF NOT EXISTS stale_mark INSTEAD OF INSERT ON mission_to_mark
WHEN new.mission_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM stale_mission WHERE mission_id = new.mission_id)
BEGIN
    INSERT INTO stale_mission (mission_id) VALUES (new.mission_id);
END;

-- What a contact left may be under another mission than its present one.
CREATE VIEW IF NOT EXISTS contact_to_mark AS SELECT NULL AS contact_id;

CREATE TRIGGER IF NOT EXISTS stale_mark_contact INSTEAD OF INSERT ON contact_to_mark
BEGIN
    INSERT INTO mission_to_mark SELECT mission_id FROM contact WHERE id = new.contact_id;
    INSERT INTO mission_to_mark SELECT mission_id FROM delivery WHERE contact_id = new.contact_id;
    INSERT INTO mission_to_mark
    SELECT thread.mission_id FROM incoming_mail JOIN thread ON thread.id = thread_id
    WHERE incoming_mail.contact_id = new.contact_id;
    INSERT INTO mission_to_mark
    SELECT delivery.mission_id FROM incoming_mail JOIN delivery ON delivery.id = delivery_id
    WHERE incoming_mail.contact_id = new.contact_id;
END;

CREATE TRIGGER IF NOT EXISTS stale_delivery_in AFTER INSERT ON delivery
BEGIN
    INSERT INTO mission_to_mark VALUES (new.mission_id);
END;

-- A claim ("queued" to "sending") is no change for a figure.
CREATE TRIGGER IF NOT EXISTS stale_delivery_changed AFTER UPDATE ON delivery
WHEN new.state <> 'sending'
BEGIN
    INSERT INTO mission_to_mark VALUES (new.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_delivery_moved AFTER UPDATE OF mission_id ON delivery
WHEN new.mission_id IS NOT old.mission_id
BEGIN
    INSERT INTO mission_to_mark VALUES (old.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_delivery_out AFTER DELETE ON delivery
BEGIN
    INSERT INTO mission_to_mark VALUES (old.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_event_in AFTER INSERT ON event
BEGIN
    INSERT INTO mission_to_mark SELECT mission_id FROM delivery WHERE id = new.delivery_id;
END;

CREATE TRIGGER IF NOT EXISTS stale_event_changed AFTER UPDATE ON event
BEGIN
    INSERT INTO mission_to_mark
    SELECT mission_id FROM delivery WHERE id IN (new.delivery_id, old.delivery_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_event_out AFTER DELETE ON event
BEGIN
    INSERT INTO mission_to_mark SELECT mission_id FROM delivery WHERE id = old.delivery_id;
END;

CREATE TRIGGER IF NOT EXISTS stale_mail_in AFTER INSERT ON incoming_mail
BEGIN
    INSERT INTO mission_to_mark SELECT mission_id FROM thread WHERE id = new.thread_id;
    INSERT INTO mission_to_mark SELECT mission_id FROM delivery WHERE id = new.delivery_id;
END;

CREATE TRIGGER IF NOT EXISTS stale_mail_changed
AFTER UPDATE OF kind, thread_id, delivery_id, contact_id, received_at ON incoming_mail
BEGIN
    INSERT INTO mission_to_mark
    SELECT mission_id FROM thread WHERE id IN (new.thread_id, old.thread_id);
    INSERT INTO mission_to_mark
    SELECT mission_id FROM delivery WHERE id IN (new.delivery_id, old.delivery_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_mail_out AFTER DELETE ON incoming_mail
BEGIN
    INSERT INTO mission_to_mark SELECT mission_id FROM thread WHERE id = old.thread_id;
    INSERT INTO mission_to_mark SELECT mission_id FROM delivery WHERE id = old.delivery_id;
END;

CREATE TRIGGER IF NOT EXISTS stale_thread_moved AFTER UPDATE OF mission_id, campaign_id ON thread
BEGIN
    INSERT INTO mission_to_mark VALUES (new.mission_id);
    INSERT INTO mission_to_mark VALUES (old.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_mission_changed AFTER UPDATE OF state ON mission
BEGIN
    INSERT INTO mission_to_mark VALUES (new.id);
END;

CREATE TRIGGER IF NOT EXISTS stale_contact_in AFTER INSERT ON contact
BEGIN
    INSERT INTO mission_to_mark VALUES (new.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_contact_changed AFTER UPDATE OF tags, mission_id ON contact
WHEN new.tags IS NOT old.tags OR new.mission_id IS NOT old.mission_id
BEGIN
    INSERT INTO mission_to_mark VALUES (old.mission_id);
    INSERT INTO contact_to_mark VALUES (new.id);
END;

CREATE TRIGGER IF NOT EXISTS stale_contact_out AFTER DELETE ON contact
BEGIN
    INSERT INTO mission_to_mark VALUES (old.mission_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_member_in AFTER INSERT ON list_membership
BEGIN
    INSERT INTO contact_to_mark VALUES (new.contact_id);
END;

CREATE TRIGGER IF NOT EXISTS stale_member_out AFTER DELETE ON list_membership
BEGIN
    INSERT INTO contact_to_mark VALUES (old.contact_id);
END;
