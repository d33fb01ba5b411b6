-- How often something was done lately, for rate limits. Not a tenant table: a subject is a person, an organization or an
-- address. Unlogged: after a crash of the server everybody begins anew.
create unlogged table rate_windows (
    -- `user 0193... POST /api/v1/organizations`
    subject text not null check (length(subject) <= 300),
    -- Windows are aligned: a limit of 10 an hour counts from full hour to full hour.
    began_at timestamptz not null,
    used integer not null check (used >= 0),
    primary key (subject, began_at)
);
create index rate_windows_by_age on rate_windows (began_at);
-- parley_app has no right here: it goes through take_rate.
alter table rate_windows enable row level security;
alter table rate_windows force row level security;
create policy access on rate_windows to parley_definer using (true) with check (true);
grant select, insert, update, delete on rate_windows to parley_definer;
