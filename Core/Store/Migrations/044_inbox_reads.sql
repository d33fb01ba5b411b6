-- Indexes of the lists that the API shows.

create index messages_of_channel on messages (channel_id, created_at desc, id desc);
