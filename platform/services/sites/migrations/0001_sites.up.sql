begin;

grant usage on schema sites to egov_app, egov_readonly;

-- A site is what an agency says of itself on the province's portal (NĐ 224/2026 Đ.11.1: sub-sites are parts of it). People
-- see the province's words if there are any, else the packaged ones.
create table sites.site (
    agency_id  int         primary key references agencies.agency (id),
    slug       text        not null unique,   -- its path below /co-quan/
    base       jsonb,
    base_hash  bytea,
    edit       jsonb,
    changed_at timestamptz not null default now(),
    check (base is not null or edit is not null)
);

alter table sites.site enable row level security;

-- Everyone reads; an agency's site is written by those in whose scope the agency is.
create policy read on sites.site for select using (true);
create policy edit on sites.site for update
    using ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]))
    with check ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));

grant select on sites.site to egov_app, egov_readonly;
grant update (edit, changed_at) on sites.site to egov_app;

commit;
