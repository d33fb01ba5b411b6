-- What a line gives up, beside what 051 says.

-- An unlinked number is free: another line, also another organization's, may link it.
create or replace function wipe_line(line uuid, at timestamptz) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_keys where channel_id = line;
    delete from whatsapp_devices where channel_id = line;
    delete from whatsapp_groups where channel_id = line;
    delete from whatsapp_sent where channel_id = line;
    delete from whatsapp_retries where channel_id = line;
    update whatsapp_lines set jid = null, lid = null, phone_number = null, push_name = null, platform = null,
        qr = null, qr_expires_at = null, pairing_code = null, pairing_code_expires_at = null, linked_at = null,
        routing = null, next_pre_key = 1, updated_at = at
    where channel_id = line;
    update channels set address = null, updated_at = at where id = line;
end
$$;

-- One-time keys that were offered thousands of keys ago will not be asked for.
create function prune_pre_keys(line uuid) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_keys k using whatsapp_lines l
    where l.channel_id = line and k.channel_id = line and k.kind = 'pre_key'
        and k.name::integer < l.next_pre_key - 5000;
end
$$;
revoke execute on function prune_pre_keys(uuid) from public;
grant execute on function prune_pre_keys(uuid) to parley_app;
