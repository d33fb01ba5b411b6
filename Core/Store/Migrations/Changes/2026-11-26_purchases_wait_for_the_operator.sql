-- A number costs the operator money: what an organization asks for may wait until the operator approves it, and is then bought, or
-- refuses it. Neither holds the number meanwhile (Functions/numbers.sql).
alter table number_purchases drop constraint number_purchases_status_check;
alter table number_purchases add constraint number_purchases_status_check check (status in
    ('requested', 'bought', 'failed', 'unknown', 'releasing', 'released', 'kept', 'waiting', 'refused'));
-- What its channel is to be called.
alter table number_purchases add column channel_name text not null default '' check (length(channel_name) <= 255);
create index waiting_purchases on number_purchases (created_at, id) where status = 'waiting';
create policy definer on number_purchases for select to parley_definer using (true);
grant select (id, organization_id, number, status, channel_name, requested_by, created_at) on number_purchases to parley_definer;
grant select (name) on organizations to parley_definer;
