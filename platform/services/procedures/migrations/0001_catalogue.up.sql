begin;

grant usage on schema procedures to egov_app, egov_readonly;

-- Fields of administration (lĩnh vực).
create table procedures.field (
    code      text primary key,
    base      jsonb,
    base_hash bytea,
    edit      jsonb,
    name      text not null generated always as (coalesce(edit, base) ->> 'name') stored,
    check (base is not null or edit is not null)
);

-- A procedure of the catalogue. base is the packaged record (null when the province made it), edit the province's whole
-- record (null while it is untouched); the same pair exists for the two decisions of the province, to announce it and to
-- take it online. What is filtered, listed or indexed is generated from them.
create table procedures.procedure (
    code              text primary key check (code ~ '^[0-9]\.[0-9]{6}$'),
    base              jsonb,
    base_hash         bytea,
    edit              jsonb,
    base_published    boolean not null default false,
    edit_published    boolean,
    base_filed_online boolean not null default false,
    edit_filed_online boolean,
    name              text    not null generated always as (coalesce(edit, base) ->> 'name') stored,
    field             text    not null generated always as (coalesce(edit, base) ->> 'field') stored,
    levels            jsonb   not null generated always as (coalesce(edit, base) -> 'levels') stored,
    online            text    not null generated always as (coalesce(edit, base) ->> 'online') stored,
    published         boolean not null generated always as (coalesce(edit_published, base_published)) stored,
    filed_online      boolean not null generated always as (coalesce(edit_filed_online, base_filed_online)) stored,
    version           int         not null default 1,
    changed_at        timestamptz not null default now(),
    check (base is not null or edit is not null),
    check (online in ('full', 'partial', 'information'))
);
create index procedure_field on procedures.procedure (field);

-- What a procedure was before each change, so that a dossier keeps the version with which it was filed.
create table procedures.procedure_version (
    procedure    text        not null references procedures.procedure (code),
    version      int         not null,
    record       jsonb       not null,
    published    boolean     not null,
    filed_online boolean     not null,
    valid_from   timestamptz not null,
    replaced_at  timestamptz not null default now(),
    replaced_by  text        not null default '',  -- account id, '' for the program itself
    login        text        not null default '',
    primary key (procedure, version)
);

-- A procedure as one agency handles it. A packaged offering that the province took back keeps its row, or the next
-- release would bring it back.
create table procedures.offering (
    procedure text not null,
    agency_id int  not null,
    base      jsonb,
    base_hash bytea,
    edit      jsonb,
    online    boolean not null generated always as (coalesce((coalesce(edit, base) -> 'online')::boolean, false)) stored,
    offered   boolean not null generated always as (not coalesce((coalesce(edit, base) -> 'withdrawn')::boolean, false)) stored,
    primary key (procedure, agency_id),
    constraint offering_procedure foreign key (procedure) references procedures.procedure (code),
    constraint offering_agency foreign key (agency_id) references agencies.agency (id),
    check (base is not null or edit is not null)
);
create index offering_of_agency on procedures.offering (agency_id, procedure);

insert into platform.revision (schema) values ('procedures');
create trigger moved after insert or update or delete or truncate on procedures.field
    for each statement execute function platform.moved();
create trigger moved after insert or update or delete or truncate on procedures.procedure
    for each statement execute function platform.moved();
create trigger moved after insert or update or delete or truncate on procedures.offering
    for each statement execute function platform.moved();

-- Whoever administers the province's first agency (the People's Committee) administers the catalogue.
create function procedures.administers() returns boolean language sql stable parallel safe
    return (select platform.sees_all())
        or exists (select from agencies.agency a where a.parent_id is null and a.id = any ((select platform.scope())::int[]));

alter table procedures.field enable row level security;
alter table procedures.procedure enable row level security;
alter table procedures.procedure_version enable row level security;
alter table procedures.offering enable row level security;

create policy read on procedures.field for select using (true);
create policy read on procedures.procedure for select using (true);
create policy read on procedures.procedure_version for select using (true);
create policy read on procedures.offering for select using (true);
create policy add on procedures.procedure for insert with check ((select procedures.administers()));
create policy change on procedures.procedure for update
    using ((select procedures.administers())) with check ((select procedures.administers()));
create policy keep on procedures.procedure_version for insert with check ((select procedures.administers()));
create policy write on procedures.offering to egov_app
    using ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]))
    with check ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));

grant select on procedures.field, procedures.procedure, procedures.offering to egov_app, egov_readonly;
grant select, insert on procedures.procedure_version to egov_app;
grant insert on procedures.procedure to egov_app;
grant update (edit, edit_published, edit_filed_online, version, changed_at) on procedures.procedure to egov_app;
grant insert, delete on procedures.offering to egov_app;
grant update (edit) on procedures.offering to egov_app;

commit;
