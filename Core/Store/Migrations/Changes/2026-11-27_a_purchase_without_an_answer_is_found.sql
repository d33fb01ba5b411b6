-- An approved purchase whose process died, or whose answer was lost, is listed for the operator and looked up by itself.
drop index waiting_purchases;
create index waiting_purchases on number_purchases (created_at, id) where status in ('waiting', 'requested', 'unknown');
create index unsettled_purchases on number_purchases (updated_at) where status in ('requested', 'unknown');
grant select (address_sid, bundle_sid, reason, busy_until, updated_at) on number_purchases to parley_definer;
