-- A large database, some seconds for each million rows. Triggers and foreign keys are off meanwhile.

INSERT INTO mission (id, state, organization)
SELECT m + 1, (CAST(:states AS text[]))[m % cardinality(CAST(:states AS text[])) + 1],
       'Organization ' || m / cardinality(CAST(:states AS text[]))
FROM generate_series(0, (:contacts - 1) / :a_mission) AS m;

INSERT INTO contact (id, mission_id, address, name, given_name, family_name, title, role,
                     salutation, languages, time_zone, tags, extra, created_at, updated_at, terms)
SELECT i, mission.id, 'person' || i || '@mission' || mission.id || '.example', 'Alma Abara ' || i,
       'Alma', 'Abara ' || i, 'H.E.', 'ambassador', '', '[]', '', json_build_array('tag ' || i % 7), '{}',
       CAST(:now AS timestamptz) - interval '200 days', CAST(:now AS timestamptz) - interval '200 days',
       'alma abara ' || i || ' person' || i || ' mission' || mission.id || ' example '
       || lower(mission.organization) || ' state:' || lower(mission.state)
       || ' role:ambassador tag:tag_' || i % 7 || ' language:'
FROM generate_series(1, :contacts) AS i
JOIN mission ON mission.id = (i - 1) / :a_mission + 1;

INSERT INTO contact_list (id, slug)
SELECT n, CASE n WHEN 21 THEN 'everybody' ELSE 'list-' || n END FROM generate_series(1, 21) AS n;

INSERT INTO list_membership (list_id, contact_id)
SELECT list_id, id FROM contact CROSS JOIN LATERAL (VALUES (id % 20 + 1), (21)) AS l (list_id);

-- Every campaign writes twice to a quarter of all. The last has only been planned; of the one
-- before, the reminders wait.
INSERT INTO delivery (identity, key, purpose, state, reason, campaign_id, step, contact_id,
                      mission_id, language, skeleton_id, slots, enclosures, sender_name,
                      sender_address, recipient_name, recipient_address, recipient_domain,
                      tracks_opens, "references", planned_at, not_before, due_at, expires_at,
                      attempts, sent_at, settled_at, created_at)
SELECT 'campaign:campaign-' || k || ':' || step || ':contact:' || id,
       lpad(to_hex(CAST(k AS bigint) * 100000000 + step * 10000000 + id), 16, '0'),
       CASE step WHEN 1 THEN 'letter' ELSE 'reminder' END, state,
       CASE WHEN luck < 10 THEN 'contact.family_name has no value'
            WHEN luck < 12 THEN 'too late: the latest time that the schedule allows was over'
            WHEN state = 'cancelled' THEN 'a reply'
            WHEN state = 'failed' THEN '550 5.1.1 no such user' END,
       k, step, id, mission_id, (CAST('{en,fr,es,ru,ar,zh}' AS text[]))[mission_id % 6 + 1],
       :skeleton, '["H.E. Alma Abara", "a member state", "The organizers"]', '[]',
       'The organizers', 'letters@example.org', name, address, 'mission' || mission_id || '.example',
       true, '[]', at, at, CASE WHEN is_released THEN at END,
       CASE WHEN is_released THEN at + interval '48 hours' END,
       CASE WHEN has_gone THEN 1 ELSE 0 END, CASE WHEN has_gone AND state <> 'unknown' THEN at END,
       CASE WHEN state NOT IN ('queued', 'sent') THEN at + interval '1 minute' END,
       least(at, CAST(:now AS timestamptz)) - interval '1 day'
FROM (
    SELECT *, state IN ('sent', 'delivered', 'bounced', 'unknown') AS has_gone,
           luck >= 10 AND k + step < 11 AS is_released
    FROM (
        SELECT contact.*, k, step, luck,
               CAST(:now AS timestamptz) + (k - 10) * interval '14 days' - interval '2 days'
               + (step - 1) * interval '9 days' + (contact.id % 100000) * interval '2 seconds' AS at,
               CASE WHEN luck < 10 THEN 'skipped'
                    WHEN k = 10 OR k + step = 11 THEN 'queued'
                    WHEN luck < 12 THEN 'skipped'
                    WHEN luck < 62 AND step = 2 THEN 'cancelled'
                    WHEN luck < 75 THEN 'bounced'
                    WHEN luck < 78 THEN 'failed'
                    WHEN luck = 85 AND contact.id % 10 = 0 THEN 'unknown'
                    WHEN luck < 200 THEN 'sent'
                    ELSE 'delivered' END AS state
        FROM generate_series(1, 10) AS k
        CROSS JOIN generate_series(1, 2) AS step
        JOIN contact ON contact.id % 4 = k % 4
        CROSS JOIN LATERAL (
            SELECT (contact.id * CAST(7919 AS bigint) + k * 104729 + step * 1299709) % 1000
        ) AS dice (luck)
        ORDER BY k, contact.id, step
    ) AS planned
) AS copy;

INSERT INTO event (delivery_id, kind, agent, happened_at, received_at, source, source_key, detail)
SELECT id, kind, agent, sent_at + after, sent_at + after + interval '2 seconds', 'sendgrid',
       'sendgrid:' || id || ':' || kind || ':' || coalesce(agent, ''), '{"response": "250 OK"}'
FROM delivery
CROSS JOIN LATERAL (VALUES
    ('sent', NULL, interval '1 second', true),
    ('delivered', NULL, interval '10 seconds', state = 'delivered'),
    ('bounced', NULL, interval '20 seconds', state = 'bounced'),
    ('opened', 'machine', interval '1 minute', state = 'delivered' AND id % 3 = 0),
    ('opened', 'person', interval '5 hours', state = 'delivered' AND id % 2 = 0),
    ('unsubscribed', NULL, interval '6 hours', state = 'delivered' AND id % 400 = 0),
    ('complained', NULL, interval '7 hours', state = 'delivered' AND id % 5000 = 0)
) AS told (kind, agent, after, happened)
WHERE sent_at IS NOT NULL AND happened AND sent_at + after < CAST(:now AS timestamptz);

INSERT INTO suppression (address, reason, detail, suppressed_at)
SELECT address, CASE WHEN id % 3 = 0 THEN 'unsubscribed' ELSE 'bounced' END, '',
       CAST(:now AS timestamptz) - interval '30 days'
FROM contact WHERE id % 60 < 2;

INSERT INTO thread (campaign_id, mission_id, state, opened_at, last_mail_at, outcome)
SELECT k, id, (CAST('{new,waiting_for_us,waiting_for_them,closed,closed,closed}' AS text[]))
              [(id + k) % 6 + 1], at, at,
       CASE WHEN (id + k) % 3 = 0 THEN 'supportive' WHEN (id + k) % 3 = 1 THEN 'declined' END
FROM (
    SELECT k, id, CAST(:now AS timestamptz) + (k - 10) * interval '14 days' + id * interval '20 seconds' AS at
    FROM generate_series(1, 9) AS k JOIN mission ON (id + k) % 3 = 0
) AS conversation;

-- Three mails of each thread, and of a hundred nobody knows whom they are from.
INSERT INTO raw_mail (id, digest, content, envelope_recipients, door, received_at, state)
SELECT n, md5('raw' || n) || md5(n || 'raw'), convert_to('Subject: Re' || chr(10), 'UTF8'), '[]',
       'imap', CAST(:now AS timestamptz) - interval '1 day', 'done'
FROM generate_series(1, (SELECT count(*) * 3 + 100 FROM thread)) AS n;

INSERT INTO incoming_mail (raw_id, message_key, received_at, kind, evidence, from_name, from_address,
                           reply_to, recipients, subject, "references", text, quoted, attachments,
                           thread_id, from_stranger, suggestions)
SELECT raw_mail.id, digest, coalesce(last_mail_at, received_at),
       CASE raw_mail.id % 3 WHEN 0 THEN 'out_of_office' ELSE 'reply' END, '[]', 'An attaché',
       'mission@mission.example', '', '["inbox@in.example.org"]', 'Re: An open letter', '[]',
       'We thank you for your letter number ' || raw_mail.id || ' and have sent it to our capital.',
       '> please answer', '[]', thread.id, false, '[]'
FROM raw_mail
LEFT JOIN thread ON thread.id = (raw_mail.id - 1) / 3 + 1;

INSERT INTO auditentry (at, actor, act, subject, detail)
SELECT CAST(:now AS timestamptz) - n * interval '1 minute', 'somebody@example.org',
       'contact changed', 'contact ' || n, ''
FROM generate_series(1, least(:contacts, 100000)) AS n;

SELECT setval('contact_id_seq', :contacts), setval('mission_id_seq', (SELECT max(id) FROM mission)),
       setval('contact_list_id_seq', 21), setval('raw_mail_id_seq', (SELECT max(id) FROM raw_mail))
