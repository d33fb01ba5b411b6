-- What the assistant knows about a business; all its channels answer from the same. Name, description, industry and website
-- are columns of organizations; this is the rest of the profile, the items, and the snapshots training made of both.

create table knowledge (
    organization_id uuid primary key references organizations (id),
    owner_name text not null default '' check (length(owner_name) <= 200),
    phone_number text not null default '' check (length(phone_number) <= 50),
    goals text not null default '' check (length(goals) <= 4000),
    target_audience text not null default '' check (length(target_audience) <= 4000),
    -- [{"name": "Premium", "price": "99 USD a month", "features": ["..."], "target_platform": "facebook"}]
    products jsonb not null default '[]' check (jsonb_typeof(products) = 'array' and jsonb_array_length(products) <= 200),
    is_model_trained boolean not null default false,
    last_trained_at timestamptz,
    -- The newest snapshot; 0 before the first training.
    snapshot integer not null default 0,
    updated_at timestamptz not null,
    check (is_model_trained = (snapshot > 0 and last_trained_at is not null))
);
call protect('knowledge');

-- `array_to_string` is only stable, because some types print by settings; text does not.
create function join_words(words text[]) returns text
    language plpgsql immutable parallel safe as $$
begin
    return array_to_string(words, ' ');
end
$$;

-- The words of an item as they are searched: as written (names, numbers, other languages) and as English stems. Lower-cased by
-- ICU's rules: a database with the C locale would leave the capitals of other alphabets as they are.
create function searchable_words(words text) returns tsvector
    language sql immutable parallel safe
    return to_tsvector('simple', lower(words collate "und-x-icu")) || to_tsvector('english', lower(words collate "und-x-icu"));

create function knowledge_words(title text, tags text[], body text) returns tsvector
    language sql immutable parallel safe
    return setweight(searchable_words(title), 'A') || setweight(searchable_words(join_words(tags)), 'B')
        || setweight(searchable_words(body), 'C');

create table knowledge_items (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    title text not null check (length(title) between 1 and 300),
    -- One subject: a longer document is stored as several items, so that what is found is what is meant.
    body text not null check (length(body) between 1 and 8000),
    tags text[] not null default '{}' check (cardinality(tags) <= 50 and length(join_words(tags)) <= 2000),
    -- manual, document, campaign, website ...; 'profile' items are written by training and replaced by the next one.
    source text not null default 'manual' check (length(source) between 1 and 100),
    -- Where it came from: a file name, a URL.
    source_name text not null default '' check (length(source_name) <= 500),
    words tsvector not null generated always as (knowledge_words(title, tags, body)) stored,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id)
);
-- Every search is inside one organization, and row-level security lets no text-search index be used before its own check
-- (`@@` is not leakproof): the organization's items are read by this index and matched one by one. knowledge_limit() bounds them.
create index knowledge_items_of_organization on knowledge_items (organization_id, created_at, id);
call protect('knowledge_items');

create function knowledge_limit() returns integer language sql immutable parallel safe return 2000;
-- What computes a column runs as whoever writes the row.
grant execute on function
    join_words(text[]), searchable_words(text), knowledge_words(text, text[], text), knowledge_limit() to parley_app;

-- What training compiled, numbered: the profile and the list of items as they were. The last ten are kept.
create table knowledge_snapshots (
    organization_id uuid not null references organizations (id),
    version integer not null check (version > 0),
    profile jsonb not null,
    -- [{"id": ..., "title": ..., "updated_at": ...}]
    items jsonb not null,
    trained_at timestamptz not null,
    primary key (organization_id, version)
);
call protect('knowledge_snapshots', 'select, insert, delete');
