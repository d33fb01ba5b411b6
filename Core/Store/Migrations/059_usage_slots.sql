-- Received messages are counted in slots so that webhooks of one organization don't wait for each other's commit. A
-- connection's slot is its process number: with 16 of them eight connections nearly always had two in the same slot, with
-- 256 rarely. Still few rows per month.

alter table usage_inbound drop constraint usage_inbound_slot_check;
alter table usage_inbound add constraint usage_inbound_slot_check check (slot between 0 and 255);

do $$
declare
    before text := pg_get_functiondef(
        'receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision)'::regprocedure);
    after text := replace(before, 'pg_backend_pid() % 16,', 'pg_backend_pid() % 256,');
begin
    if after = before then
        raise exception 'receive_message counts in other slots';
    end if;
    execute after;
end
$$;
