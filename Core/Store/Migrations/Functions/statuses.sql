-- What a provider reports about a sent message, in one call.

-- Moves the message to `report.status` if it stands in one of `from_statuses` (the rule of what may follow what is in
-- Domain) and keeps the report in the message's history. The provider's id is learned here when the answer to our own
-- request was lost. No row comes back when the message is not ours.
--
-- `opts_out`: the customer wants no messages, learned once of a message, whatever was reported of it before: a failure may be told
-- without its code first. `calls_person`: why a person has to look, when it fails.
drop function if exists report_status(status_report, text[], timestamptz);
create or replace function report_status(
    report status_report, from_statuses text[], reported_at timestamptz, opts_out boolean default false,
    calls_person text default null,
    out message_id uuid, out organization_id uuid, out conversation_id uuid, out is_repeat boolean, out moved boolean
) returns setof record
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    message uuid;
    organization uuid := report.organization_id;
    line uuid;
    thread uuid;
    is_new boolean;
    has_moved boolean;
    is_learned boolean := false;
begin
    -- By our own id, which the callback's URL carries with the organization; else by the provider's id on the line it was
    -- sent from.
    perform set_config('parley.organization', organization::text, true);
    select m.id, m.conversation_id into message, thread from messages m
    where m.organization_id = organization and m.id = report.message_id and m.direction = 'outbound'
        and (m.provider_message_id is null or m.provider_message_id = report.provider_message_id);
    if message is null then
        select found_line.channel_id, found_line.organization_id into line, organization
        from find_channel(report.kind, report.local_address) as found_line;
        perform set_config('parley.organization', organization::text, true);
        select m.id, m.conversation_id into message, thread
        from message_keys k join messages m on m.organization_id = organization and m.id = k.message_id
        where k.organization_id = organization and k.channel_id = line
            and k.provider_message_id = report.provider_message_id and m.direction = 'outbound';
    end if;
    if message is null then
        return;
    end if;

    -- In the order of locks, contact and conversation before the message.
    -- What was learned stands in the trail, by whoever learned it; who began again meanwhile is not stopped by a repeat.
    if opts_out then
        perform from contacts c where c.organization_id = organization and c.id = (
            select t.contact_id from conversations t where t.organization_id = organization and t.id = thread)
            for no key update;
        is_learned := not exists (select from decisions d where d.organization_id = organization
            and d.message_id = message and d.gate = 'opt_out');
    end if;
    if is_learned then
        perform set_opt_out(thread, reported_at, reported_at);
    end if;
    if calls_person is not null then
        perform from conversations t where t.organization_id = organization and t.id = thread for no key update;
    end if;
    -- Before the history, so that two reports about one message come one after the other.
    perform from messages m where m.organization_id = organization and m.id = message for no key update;
    insert into message_statuses (organization_id, message_id, status, error_code, at)
    values (organization, message, report.status, report.error_code, reported_at)
    on conflict (organization_id, message_id, status) do update set error_code = excluded.error_code
        where message_statuses.error_code is null and excluded.error_code is not null;
    is_new := found;
    update messages m
    set status = report.status, provider_message_id = report.provider_message_id,
        sent_at = coalesce(m.sent_at, reported_at),
        error_code = coalesce(report.error_code, m.error_code),
        error_reason = case when report.error_code is null and report.status <> 'failed' then null
            else report.error_reason end
    where m.organization_id = organization and m.id = message and m.status = any (from_statuses);
    has_moved := found;
    -- A failure that is explained only now.
    update messages m set error_code = report.error_code, error_reason = report.error_reason
    where not has_moved and m.organization_id = organization and m.id = message and m.status = 'failed'
        and report.status = 'failed' and m.error_code is null and report.error_code is not null;
    update messages m set provider_message_id = report.provider_message_id
    where m.organization_id = organization and m.id = message and m.provider_message_id is null;

    if has_moved then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, 'message.status', message,
            jsonb_build_object('conversation_id', thread, 'status', report.status), reported_at);
    end if;
    if is_learned or has_moved and calls_person is not null then
        perform keep_refusal(organization, thread, message, is_learned, calls_person, reported_at);
    end if;
    return query select message, organization, thread, not is_new, has_moved;
end
$$;

-- What follows from a message that did not arrive: its line in the trail, and a person who looks at the conversation.
create or replace function keep_refusal(
    organization uuid, thread uuid, message uuid, opts_out boolean, calls_person text, at timestamptz
) returns void
    language plpgsql volatile as $$
begin
    insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
    select organization, thread, m.turn_id, m.id, case when opts_out then 'opt_out' else 'provider' end, 'stopped',
        coalesce(calls_person, m.error_reason, 'The customer has opted out of messages.'), at
    from messages m where m.organization_id = organization and m.id = message;
    if calls_person is null then
        return;
    end if;
    with changed as (
        update conversations t set status = 'pending'
        where t.organization_id = organization and t.id = thread and t.status <> 'pending'
        returning t.id, t.status
    )
    insert into events (organization_id, type, subject_id, data, at)
    select organization, 'conversation.status', id, jsonb_build_object('status', status), at from changed;
end
$$;

revoke execute on function
    report_status(status_report, text[], timestamptz, boolean, text),
    keep_refusal(uuid, uuid, uuid, boolean, text, timestamptz) from public;
grant execute on function
    report_status(status_report, text[], timestamptz, boolean, text),
    keep_refusal(uuid, uuid, uuid, boolean, text, timestamptz) to parley_app;
