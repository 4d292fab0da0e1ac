-- What a new release and the province say differently of the same field, and which differences the province stands by.
begin;

-- A field that both changed. The province's value holds until somebody decides; a null value is an absent one.
create table platform.conflict (
  id          bigint      primary key generated always as identity,
  service     text        not null,
  kind        text        not null,
  key         text        not null,
  path        text[]      not null,  -- members and names of elements, outermost first; empty for the whole record
  base        jsonb,
  province    jsonb,
  new         jsonb,
  edited_by   text        not null default '',  -- login of who made the province's value, '' when it is not known
  edited_at   timestamptz,
  release     text        not null,
  found_at    timestamptz not null default now(),
  state       text        not null default 'open' check (state in ('open', 'resolved')),
  chosen      jsonb,
  resolved_by text        not null default '',
  resolved_at timestamptz,
  reason      text        not null default '',
  check ((state = 'resolved') = (resolved_at is not null))
);
create unique index conflict_open on platform.conflict (service, kind, key, path) where state = 'open';

-- A difference from what is packaged that somebody looked at and stands by, as long as the value is that one.
create table platform.accepted (
  service     text        not null,
  kind        text        not null,
  key         text        not null,
  path        text[]      not null,
  value       jsonb,
  accepted_by text        not null,
  accepted_at timestamptz not null default now(),
  reason      text        not null,
  primary key (service, kind, key, path)
);

alter table platform.conflict enable row level security;
create policy all_seen on platform.conflict to egov_app using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant select on platform.conflict to egov_app;
grant update (state, chosen, resolved_by, resolved_at, reason) on platform.conflict to egov_app;

alter table platform.accepted enable row level security;
create policy all_seen on platform.accepted to egov_app using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant select, insert, update on platform.accepted to egov_app;

select platform.keep('platform.conflict');
select platform.keep('platform.accepted');

commit;
