-- What a country's regulator wants to know goes with the request: whoever approves it later sends it along. Ids of the Twilio account.
alter table number_purchases add column address_sid text check (address_sid ~ '^AD[0-9a-fA-F]{32}$');
alter table number_purchases add column bundle_sid text check (bundle_sid ~ '^BU[0-9a-fA-F]{32}$');
