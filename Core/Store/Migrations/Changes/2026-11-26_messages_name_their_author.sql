-- WhatsApp's clients make the ids of their messages themselves, and two customers may use the same: an id names a message only
-- together with its author.

-- One of the addresses of whoever wrote an inbound message. '' where the id alone names the message: our own ones.
alter table message_keys add column author text not null default '' check (length(author) <= 200);
alter table message_keys drop constraint message_dedupe;
alter table message_keys add constraint message_dedupe
    primary key (organization_id, channel_id, provider_message_id, author);

-- All names under which the author is known, the one to keep first.
alter type inbound_message add attribute authors text[];
