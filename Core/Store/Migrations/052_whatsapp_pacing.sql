-- What a line has sent lately: limits look at the last day.
create index messages_sent_by_line on messages (channel_id, sent_at) where direction = 'outbound' and sent_at is not null;
