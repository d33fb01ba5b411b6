-- A large installation, made in SQL: organizations with channels, conversations, messages over the last year, turns, statuses,
-- decisions and events. For `psql`, as the cluster's owner, on a migrated database:
--
--   psql -v organizations=20 -v conversations=100000 -v messages=10000000 -f Tests/Benchmarks/dataset.sql URL
--
-- Ids are made from numbers, so that whoever measures can name a row: `md5('message' || n)` under its time.
set search_path = parley, public;
set timezone = 'UTC';
select ensure_partitions(now() - interval '1 year');
-- Triggers and foreign keys are left out while loading; what they keep is made at the end.
set session_replication_role = replica;

create or replace function pg_temp.made(kind text, n bigint, at timestamptz default now() - interval '1 year') returns uuid
    language sql immutable as $$
    select id_at(at, overlay(md5(kind || n)::uuid::text placing '7' from 15 for 1)::uuid)
$$;
create temp table began as select date_trunc('hour', now()) - interval '1 year' as at;

insert into organizations (id, name, created_at, updated_at)
select pg_temp.made('organization', n, at), 'Organization ' || n, at, at from began, generate_series(0, :organizations - 1) n;
insert into channels (id, organization_id, kind, address, name, created_at, updated_at)
select pg_temp.made('channel', n, at), pg_temp.made('organization', n / 2, at),
    case n % 2 when 0 then 'whatsapp_twilio' else 'whatsapp_web' end, 'line-' || n, 'Line ' || n, at, at
from began, generate_series(0, :organizations * 2 - 1) n;
insert into whatsapp_lines (channel_id, organization_id, linked_at, parked, created_at, updated_at)
select id, organization_id, at, true, at, at from began, channels where kind = 'whatsapp_web';
insert into contacts (id, organization_id, name, created_at, updated_at)
select pg_temp.made('contact', n, at), pg_temp.made('organization', n % :organizations, at), 'Customer ' || n, at, at
from began, generate_series(0, :conversations - 1) n;
insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address, status, owner,
    last_inbound_at, last_message_at, created_at)
select pg_temp.made('conversation', n, at), pg_temp.made('organization', n % :organizations, at),
    pg_temp.made('channel', n % :organizations * 2 + n / :organizations % 2, at), pg_temp.made('contact', n, at),
    'customer-' || n, 'line', (array['open', 'pending', 'snoozed', 'resolved', 'resolved', 'resolved'])[1 + n % 6],
    (array['ai', 'ai', 'human', 'none'])[1 + n % 4], now() - n * interval '1 second', now() - n * interval '1 second', at
from began, generate_series(0, :conversations - 1) n;

-- Message n belongs to conversation n modulo their number; an odd one answers the even one before it in the same
-- conversation.
create temp table made as
select n, n % :conversations as conversation, n / :conversations % 2 = 1 as is_reply,
    began.at + interval '364 days' * (n::float8 / :messages) as at, began.at as began
from began, generate_series(0, :messages - 1) n;
insert into turns (id, organization_id, conversation_id, state, opened_at, due_at, closed_at)
select pg_temp.made('turn', n, at), pg_temp.made('organization', conversation % :organizations, began),
    pg_temp.made('conversation', conversation, began), 'answered', at, at, at
from made where not is_reply;
insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, provider_message_id, status,
    turn_id, sent_at, created_at)
select pg_temp.made('message', n, at), pg_temp.made('organization', conversation % :organizations, began),
    pg_temp.made('conversation', conversation, began),
    pg_temp.made('channel', conversation % :organizations * 2 + conversation / :organizations % 2, began),
    case when is_reply then 'outbound' else 'inbound' end, case when is_reply then 'ai' else 'contact' end,
    'Do you have a cake with walnuts for Saturday, and what does it cost?', 'SM' || n,
    case when is_reply then 'read' else 'received' end,
    case when is_reply
        then pg_temp.made('turn', n - :conversations, at - interval '364 days' * (:conversations::float8 / :messages))
        else pg_temp.made('turn', n, at) end,
    case when is_reply then at end, at
from made;
insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
select organization_id, channel_id, provider_message_id, id from messages;
insert into turn_replies (organization_id, turn_id, part, message_id)
select organization_id, turn_id, 0, id from messages where direction = 'outbound';
insert into message_statuses (organization_id, message_id, status, at)
select organization_id, id, 'sent', created_at from messages where direction = 'outbound';
insert into decisions (organization_id, conversation_id, turn_id, gate, outcome, reason, at)
select organization_id, conversation_id, id, 'persona', 'answered', 'Nothing stood against an answer.', opened_at from turns;
insert into events (organization_id, type, subject_id, data, at)
select organization_id, 'message.received', id, '{}', created_at from messages
where direction = 'inbound' and created_at > now() - interval '60 days';
select count(*) from organizations, rebuild_message_counts(id);
reset session_replication_role;
analyze;
