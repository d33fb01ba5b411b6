-- What must be unique among messages, whatever their month.

create or replace function keep_message_keys() returns trigger
    language plpgsql as $$
begin
    if new.provider_message_id is not null then
        insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
        values (new.organization_id, new.channel_id, new.provider_message_id, new.id);
    end if;
    if new.direction = 'outbound' and new.turn_id is not null then
        insert into turn_replies (organization_id, turn_id, part, message_id)
        values (new.organization_id, new.turn_id, new.part, new.id);
    end if;
    return null;
end
$$;
create or replace trigger keys after insert on messages for each row execute function keep_message_keys();

-- The provider named a message that was sent.
create or replace function change_message_key() returns trigger
    language plpgsql as $$
begin
    delete from message_keys
    where organization_id = old.organization_id and channel_id = old.channel_id
        and provider_message_id = old.provider_message_id;
    if new.provider_message_id is not null then
        insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
        values (new.organization_id, new.channel_id, new.provider_message_id, new.id);
    end if;
    return null;
end
$$;
create or replace trigger key after update of provider_message_id on messages
    for each row when (old.provider_message_id is distinct from new.provider_message_id)
    execute function change_message_key();
