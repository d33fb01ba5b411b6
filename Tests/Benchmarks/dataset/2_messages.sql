-- The pairs of messages from `first` up to `last`, both of them shares of all pairs (0 to 1): sessions load side by side.
set search_path = parley, public;
set timezone = 'UTC';
set session_replication_role = replica;
set work_mem = '256MB';

-- One pair: who, when (a customer asks, the answer comes three seconds later), and the ids of its rows.
create temp view pair as
select p.n, t.organization_id, t.channel_id, t.id as conversation_id,
    dataset.made(ms, 'eee', p.n) as turn_id, dataset.made(ms, 'fff', 2 * p.n) as question_id,
    dataset.made(ms + 3000, 'fff', 2 * p.n + 1) as answer_id,
    began_at + (ms - began) * interval '1 millisecond' as asked_at,
    began_at + (ms - began + 3000) * interval '1 millisecond' as answered_at
from dataset.size
cross join generate_series(floor((:first) * pairs)::bigint, floor((:last) * pairs)::bigint - 1) as p (n)
cross join lateral (select began + (p.n * step)::bigint as ms) moment
join dataset.threads t on t.n = p.n % conversations;

insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, provider_message_id, status,
    turn_id, sent_at, created_at)
select half.id, organization_id, conversation_id, channel_id, direction, author, body, 'SM' || (2 * n + half.number), status,
    turn_id, sent_at, at
from pair cross join lateral (values
    (0, question_id, 'inbound', 'contact', 'received', 'Do you have a cake with walnuts for Saturday, and what does it cost?',
        null, asked_at),
    (1, answer_id, 'outbound', 'ai', 'read', 'Yes, we bake one every Saturday. A slice is 4.50, a whole cake 36.',
        answered_at, answered_at)
) as half (number, id, direction, author, status, body, sent_at, at);
insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
select organization_id, channel_id, 'SM' || (2 * n + number), case number when 0 then question_id else answer_id end
from pair cross join generate_series(0, 1) number;
insert into turns (id, organization_id, conversation_id, state, opened_at, due_at, closed_at)
select turn_id, organization_id, conversation_id, 'answered', asked_at, asked_at, answered_at from pair;
insert into turn_replies (organization_id, turn_id, part, message_id)
select organization_id, turn_id, 0, answer_id from pair;
insert into message_statuses (organization_id, message_id, status, at)
select organization_id, answer_id, status, answered_at from pair cross join unnest(array['sent', 'read']) status;
insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
select organization_id, conversation_id, turn_id, case gate when 'received' then question_id end, gate, outcome, reason, at
from pair cross join lateral (values
    ('received', 'passed', 'The message was stored.', asked_at),
    ('persona', 'answered', 'Nothing stood against an answer.', answered_at)
) as decision (gate, outcome, reason, at);
insert into events (organization_id, type, subject_id, data, at)
select organization_id, 'message.received', question_id,
    jsonb_build_object('conversation_id', conversation_id, 'channel_id', channel_id), asked_at
from pair where asked_at > now() - interval '60 days';
-- Each conversation and day once: the conversation's former pair was on another day.
insert into conversation_days (organization_id, channel_id, kind, day, conversation_id)
select organization_id, channel_id, kind, at::date, conversation_id
from dataset.size, pair cross join lateral (values ('received', asked_at), ('sent', answered_at)) as happened (kind, at)
where n < conversations
    or (at - ((n * step)::bigint - ((n - conversations) * step)::bigint) * interval '1 millisecond')::date <> at::date;
