-- Keeps the directory of numbers: whoever holds a number, or may hold it, is alone.
create or replace function keep_number() returns trigger
    language plpgsql security definer set search_path = parley, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        delete from number_holders h where h.number = old.number and h.organization_id = old.organization_id;
    end if;
    if tg_op <> 'DELETE' and new.status in ('requested', 'bought', 'unknown', 'releasing', 'kept') then
        insert into number_holders (number, organization_id) values (new.number, new.organization_id);
    end if;
    return null;
end
$$;
alter function keep_number() owner to parley_definer;
revoke execute on function keep_number() from public;
create or replace trigger holder
    after insert or delete or update of organization_id, number, status on number_purchases
    for each row execute function keep_number();
