-- What must be unique among messages, whatever their month.

create or replace function keep_message_keys() returns trigger
    language plpgsql as $$
begin
    -- Who wrote an inbound one is known to `receive_message`, which keeps its key.
    if new.direction = 'outbound' and new.provider_message_id is not null then
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

-- The provider named a message that was sent. What it says is foreign: an id that another sent message of the channel has, or that
-- the column has no room for, is not kept. The message itself is what it is said to be, so everything else of the statement
-- stands, and a decision says once why the id is missing.
create or replace function change_message_key() returns trigger
    language plpgsql as $$
declare
    objection text;
begin
    if length(new.provider_message_id) > 200 then
        objection := 'The provider''s id of this message is longer than 200 characters; the message is kept without it.';
    elsif new.provider_message_id is not null then
        insert into message_keys (organization_id, channel_id, provider_message_id, message_id)
        values (new.organization_id, new.channel_id, new.provider_message_id, new.id)
        on conflict (organization_id, channel_id, provider_message_id, author) do update set message_id = excluded.message_id
            where message_keys.message_id = excluded.message_id;
        if not found then
            objection := 'The provider gave this message the id of another one on this channel; the message is kept without it.';
        end if;
    end if;
    if objection is not null then
        new.provider_message_id := old.provider_message_id;
        -- Each report about the message brings the id again.
        insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
        select new.organization_id, new.conversation_id, new.turn_id, new.id, 'provider_id', 'passed', objection,
            coalesce(new.sent_at, now())
        where not exists (select from decisions d where d.message_id = new.id and d.gate = 'provider_id');
        return new;
    end if;
    if old.provider_message_id is not null then
        delete from message_keys
        where organization_id = old.organization_id and channel_id = old.channel_id
            and provider_message_id = old.provider_message_id and message_id = old.id;
    end if;
    return new;
end
$$;
create or replace trigger key before update of provider_message_id on messages
    for each row when (old.provider_message_id is distinct from new.provider_message_id)
    execute function change_message_key();
