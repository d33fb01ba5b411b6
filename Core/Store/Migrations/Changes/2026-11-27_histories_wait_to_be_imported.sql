-- What a phone told of the past is acknowledged when it comes and imported when it has its turn: until then where it lies is kept, so
-- that a connection or a process that ends meanwhile loses none of it.
alter table whatsapp_keys drop constraint whatsapp_keys_kind_check;
alter table whatsapp_keys add constraint whatsapp_keys_kind_check check (kind in
    ('credentials', 'account', 'pre_key', 'session', 'sender_key', 'privacy_token', 'nct_salt', 'app_state_key',
     'poll', 'media', 'history'));
