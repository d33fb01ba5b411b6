-- What a provider reports about a sent message, in one call.

-- The outbound message a report is about: by our own id, which the callback's URL carries, else by the provider's id on
-- the line it was sent from.
create or replace function find_sent_message(
    wanted_id uuid, wanted_kind text, wanted_address text, wanted_provider_id text,
    out message_id uuid, out organization_id uuid)
    language plpgsql stable security definer set search_path = parley, pg_temp
as $$
begin
    select m.id, m.organization_id into message_id, organization_id from messages m
    where m.id = wanted_id and m.direction = 'outbound'
        and (m.provider_message_id is null or m.provider_message_id = wanted_provider_id);
    if found then
        return;
    end if;
    select m.id, m.organization_id into message_id, organization_id
    from find_channel(wanted_kind, wanted_address) as line
    join messages m on m.channel_id = line.channel_id and m.provider_message_id = wanted_provider_id
    where m.direction = 'outbound';
end
$$;

-- Moves the message to `report.status` if it stands in one of `from_statuses` (the rule of what may follow what is in
-- Domain) and keeps the report in the message's history. The provider's id is learned here when the answer to our own
-- request was lost. No row comes back when the message is not ours.
create or replace function report_status(
    report status_report, from_statuses text[], reported_at timestamptz,
    out message_id uuid, out organization_id uuid, out conversation_id uuid, out is_repeat boolean, out moved boolean
) returns setof record
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    message uuid;
    organization uuid;
    thread uuid;
    is_new boolean;
    has_moved boolean;
begin
    select sent.message_id, sent.organization_id into message, organization
    from find_sent_message(report.message_id, report.kind, report.local_address, report.provider_message_id) as sent;
    if message is null then
        return;
    end if;
    perform set_config('parley.organization', organization::text, true);

    -- Before the history, so that two reports about one message come one after the other.
    select m.conversation_id into thread from messages m where m.id = message for no key update;
    insert into message_statuses (organization_id, message_id, status, error_code, at)
    values (organization, message, report.status, report.error_code, reported_at)
    on conflict (message_id, status) do nothing;
    is_new := found;
    update messages m
    set status = report.status, provider_message_id = report.provider_message_id,
        sent_at = coalesce(m.sent_at, reported_at),
        error_code = coalesce(report.error_code, m.error_code),
        error_reason = case when report.error_code is null and report.status <> 'failed' then null
            else report.error_reason end
    where m.id = message and m.status = any (from_statuses);
    has_moved := found;
    update messages m set provider_message_id = report.provider_message_id
    where m.id = message and m.provider_message_id is null;

    if has_moved then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, 'message.status', message,
            jsonb_build_object('conversation_id', thread, 'status', report.status), reported_at);
    end if;
    return query select message, organization, thread, not is_new, has_moved;
end
$$;

alter function find_sent_message(uuid, text, text, text) owner to parley_definer;
revoke execute on function
    find_sent_message(uuid, text, text, text),
    report_status(status_report, text[], timestamptz) from public;
grant execute on function
    find_sent_message(uuid, text, text, text),
    report_status(status_report, text[], timestamptz) to parley_app;
