-- A person is known by several addresses, and by one telephone number in several spellings. A number is written to over WhatsApp and by SMS. A number that a business gave back is nobody's to answer.

-- The telephone numbers of contacts, each in the form that its spellings share (Domain/PersonNumber), whatever the kind of channel.
create table contact_numbers (
    organization_id uuid not null,
    number text not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
    contact_id uuid not null,
    created_at timestamptz not null,
    primary key (organization_id, number),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);
create index numbers_of_contact on contact_numbers (contact_id);
call protect('contact_numbers');

-- Who wrote, beside the address: telephone numbers in their shared form, and further addresses of the same kind (a WhatsApp
-- user id beside a number).
create type inbound_sender as (
    numbers text[],
    aliases text[],
    is_silent boolean
);

-- Words of the business's own by which customers stop its messages, between commas.
alter table organizations add column opt_out_words text not null default '' check (length(opt_out_words) <= 1000);

-- The person's thread moves with the address that wrote last: two threads of one person from before may meet at one address.
drop index conversation_thread;
create index conversation_thread on conversations (organization_id, channel_id, local_address, remote_address);

-- Addresses that belonged to an organization and are nobody's now. Read by `was_released` alone.
create table released_addresses (
    kind text not null,
    address text not null,
    released_at timestamptz not null,
    primary key (kind, address)
);
alter table released_addresses enable row level security;
alter table released_addresses force row level security;
create policy definer on released_addresses to parley_definer using (true) with check (true);
grant select, insert, update, delete on released_addresses to parley_definer;

-- What is there already. The owner is under forced row-level security like everybody else, and has no policy.
alter table contacts no force row level security;
alter table contact_addresses no force row level security;
alter table contact_numbers no force row level security;
alter table conversations no force row level security;
alter table messages no force row level security;
alter table message_keys no force row level security;
alter table channels no force row level security;
alter table channel_addresses no force row level security;
alter table released_addresses no force row level security;

update message_keys k set author = left(t.remote_address, 200)
from messages m join conversations t on t.organization_id = m.organization_id and t.id = m.conversation_id
where m.organization_id = k.organization_id and m.id = k.message_id and m.direction = 'inbound';

create temporary table spelled on commit drop as
with digits as (
    select organization_id, contact_id,
        substring(address from '^(?:whatsapp:)?\+([1-9][0-9]{6,14})$') as plus,
        substring(address from '^([1-9][0-9]{6,14})@(?:s\.whatsapp\.net|c\.us)$') as jid
    from contact_addresses
)
select organization_id, contact_id, '+' || case
        when number ~ '^521[0-9]{10}$' then '52' || substr(number, 4)
        when number ~ '^55(?:[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])[6-9][0-9]{7}$'
            then substr(number, 1, 4) || '9' || substr(number, 5)
        when number ~ '^549[0-9]{10}$' then '54' || substr(number, 4)
        else number end as number
from digits cross join lateral (select coalesce(plus, jid) as number) as either
where number is not null;

create index on spelled (organization_id, number);
create index on spelled (organization_id, contact_id);
analyze spelled;

-- Everybody by age; `first` is the oldest of those who are known to be the same person.
create temporary table person on commit drop as
select c.organization_id, c.id, row_number() over (order by c.created_at, c.id) as age,
    row_number() over (order by c.created_at, c.id) as first
from contacts c
where exists (select from spelled s join spelled other on other.organization_id = s.organization_id and other.number = s.number
    where s.organization_id = c.organization_id and s.contact_id = c.id and other.contact_id <> c.id);
create unique index on person (organization_id, id);
analyze person;

-- By what they share: all at once, as often as the longest chain of numbers that lead to one another.
do $$
begin
    loop
        with sharing as (
            select s.organization_id, s.number, min(p.first) as first
            from spelled s join person p on p.organization_id = s.organization_id and p.id = s.contact_id
            group by s.organization_id, s.number
        ), nearest as (
            select s.organization_id, s.contact_id, min(n.first) as first
            from spelled s join sharing n on n.organization_id = s.organization_id and n.number = s.number
            group by s.organization_id, s.contact_id
        )
        update person p set first = nearest.first from nearest
        where p.organization_id = nearest.organization_id and p.id = nearest.contact_id and p.first > nearest.first;
        exit when not found;
    end loop;
end
$$;

create temporary table merged on commit drop as
select gone.organization_id, gone.id as gone, kept.id as kept
from person gone join person kept on kept.age = gone.first
where gone.age <> gone.first;
create unique index on merged (organization_id, gone);
analyze merged;

update contacts c set name = coalesce(nullif(c.name, ''), others.name, ''), is_blocked = c.is_blocked or others.is_blocked,
    opted_out_at = greatest(c.opted_out_at, others.opted_out_at)
from (
    select m.organization_id, m.kept, bool_or(o.is_blocked) as is_blocked, max(o.opted_out_at) as opted_out_at,
        (array_agg(o.name order by o.created_at, o.id) filter (where o.name <> ''))[1] as name
    from merged m join contacts o on o.organization_id = m.organization_id and o.id = m.gone
    group by m.organization_id, m.kept) as others
where c.organization_id = others.organization_id and c.id = others.kept;
update contact_addresses a set contact_id = m.kept from merged m
where a.organization_id = m.organization_id and a.contact_id = m.gone;
update conversations t set contact_id = m.kept from merged m
where t.organization_id = m.organization_id and t.contact_id = m.gone;
update spelled s set contact_id = m.kept from merged m
where s.organization_id = m.organization_id and s.contact_id = m.gone;
delete from contacts c using merged m where c.organization_id = m.organization_id and c.id = m.gone;

insert into contact_numbers (organization_id, number, contact_id, created_at)
select distinct s.organization_id, s.number, s.contact_id, c.created_at
from spelled s join contacts c on c.organization_id = s.organization_id and c.id = s.contact_id;

insert into channel_addresses (kind, address, organization_id, channel_id)
select a.kind, substr(a.address, length('whatsapp:') + 1), a.organization_id, a.channel_id from channel_addresses a
where a.kind = 'whatsapp_twilio' and a.address like 'whatsapp:+%'
on conflict do nothing;

insert into released_addresses (kind, address, released_at)
select c.kind, form.address, max(c.deleted_at) from channels c
cross join lateral unnest(array[c.address, case when c.kind = 'whatsapp_twilio'
    then substring(c.address from '^whatsapp:(\+.*)$') end]) as form (address)
where c.deleted_at is not null and form.address is not null and c.organization_id <> platform_organization()
    and not exists (select from channel_addresses a where a.kind = c.kind and a.address = form.address)
group by c.kind, form.address;

alter table contacts force row level security;
alter table contact_addresses force row level security;
alter table contact_numbers force row level security;
alter table conversations force row level security;
alter table messages force row level security;
alter table message_keys force row level security;
alter table channels force row level security;
alter table channel_addresses force row level security;
alter table released_addresses force row level security;
