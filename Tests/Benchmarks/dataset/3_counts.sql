-- Messages by quarter of an hour, as triggers would have counted them (Core/Store/Migrations/Functions/counts.sql).
set search_path = parley, public;
set session_replication_role = replica;
set work_mem = '512MB';

insert into message_counts (organization_id, quarter, channel_id, author, status, slot, messages)
select organization_id, quarter_of(created_at), channel_id, author, counted_status(status), 0, count(*)
from messages group by 1, 2, 3, 4, 5
-- As they come about: beside others of their time.
order by 2;
select dataset.make_indexes('message_counts');
