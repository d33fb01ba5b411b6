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

do $$
declare
    person record;
begin
    loop
        select s.organization_id, (array_agg(distinct s.contact_id))[1] as one, (array_agg(distinct s.contact_id))[2] as other
        into person from spelled s group by s.organization_id, s.number having count(distinct s.contact_id) > 1 limit 1;
        exit when not found;
        select id into person.one from contacts c
        where c.organization_id = person.organization_id and c.id in (person.one, person.other)
        order by c.created_at, c.id limit 1;
        select s.contact_id into person.other from spelled s
        where s.organization_id = person.organization_id and s.contact_id <> person.one
            and s.number in (select n.number from spelled n
                where n.organization_id = person.organization_id and n.contact_id = person.one)
        limit 1;
        update contacts c set name = coalesce(nullif(c.name, ''), o.name), is_blocked = c.is_blocked or o.is_blocked,
            opted_out_at = greatest(c.opted_out_at, o.opted_out_at)
        from contacts o
        where c.organization_id = person.organization_id and c.id = person.one
            and o.organization_id = person.organization_id and o.id = person.other;
        update contact_addresses set contact_id = person.one
        where organization_id = person.organization_id and contact_id = person.other;
        update conversations set contact_id = person.one
        where organization_id = person.organization_id and contact_id = person.other;
        update spelled set contact_id = person.one
        where organization_id = person.organization_id and contact_id = person.other;
        delete from contacts where organization_id = person.organization_id and id = person.other;
    end loop;
end
$$;

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
