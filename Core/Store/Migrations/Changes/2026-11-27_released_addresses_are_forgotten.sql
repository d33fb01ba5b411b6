-- An address that was given back is remembered for a year (Functions/channels.sql), and then pruned.
create index old_released_addresses on released_addresses (released_at);
