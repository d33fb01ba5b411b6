-- WhatsApp's clients make the ids of their messages themselves: an id names a message only together with its author.

-- Who wrote an inbound message, where the provider's ids are unique per author only: the JID of a WhatsApp Web line's customer or
-- group member, as it was known when the message came. NULL where the id alone names the message.
alter table messages add column author_address text check (length(author_address) <= 200);

-- '' where the id alone names the message, our own ones among them.
alter table message_keys add column author text not null default '';
alter table message_keys drop constraint message_dedupe;
alter table message_keys add constraint message_dedupe
    primary key (organization_id, channel_id, provider_message_id, author);

-- All names under which the author is known, the one to keep first.
alter type inbound_message add attribute authors text[];
