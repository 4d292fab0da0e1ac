-- The platform's own schema. The runner has made schema "platform" and the roles exist (db.EnsureRoles).
begin;

grant usage on schema platform to egov_app, egov_readonly;

-- Who acts: db.Pool sets these three for each transaction. Policies call them in a subselect, so that they are
-- evaluated once a statement and not once a row.
create function platform.kind() returns text language sql stable parallel safe
  return nullif(pg_catalog.current_setting('egov.kind', true), '');
create function platform.account() returns text language sql stable parallel safe
  return nullif(pg_catalog.current_setting('egov.account', true), '');
create function platform.sees_all() returns boolean language sql stable parallel safe
  return coalesce(pg_catalog.current_setting('egov.scope', true) = 'all', false);
create function platform.scope() returns int[] language sql stable parallel safe
  return case when coalesce(pg_catalog.current_setting('egov.scope', true), '') in ('', 'all') then '{}'::int[]
              else pg_catalog.current_setting('egov.scope', true)::int[] end;

-- Written by the migration runner inside the transaction of each file.
create table platform.migration_file (
  schema     text        not null,
  version    bigint      not null,
  name       text        not null,
  sha256     bytea       not null check (octet_length(sha256) = 32),
  applied_at timestamptz not null default now(),
  primary key (schema, version)
);
alter table platform.migration_file enable row level security;
create policy read on platform.migration_file for select to egov_app, egov_readonly using (true);
grant select on platform.migration_file to egov_app, egov_readonly;

-- Which packaged data each service was loaded with.
create table platform.seed (
  service   text        primary key,
  digest    bytea       not null,
  loaded_at timestamptz not null default now()
);
alter table platform.seed enable row level security;
create policy read on platform.seed for select to egov_app, egov_readonly using (true);
grant select on platform.seed to egov_app, egov_readonly;

-- Small facts about the instance that must live with its data.
create table platform.state (
  key        text        primary key,
  value      jsonb       not null,
  changed_at timestamptz not null default now()
);
alter table platform.state enable row level security;
create policy all_seen on platform.state to egov_app using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant select, insert, update, delete on platform.state to egov_app;

-- Answers to writes that carried an Idempotency-Key: the same key of the same account gets the same answer.
create table platform.idempotency (
  account      text        not null default '',
  key          text        not null,
  route        text        not null,
  request_hash bytea       not null,
  status       int,
  response     json, -- not jsonb: it is told again byte for byte
  created_at   timestamptz not null default now(),
  primary key (account, key)
);
create index on platform.idempotency (created_at);
alter table platform.idempotency enable row level security;
create policy own on platform.idempotency to egov_app
  using ((select platform.sees_all()) or account = coalesce((select platform.account()), ''))
  with check ((select platform.sees_all()) or account = coalesce((select platform.account()), ''));
grant select, insert, update, delete on platform.idempotency to egov_app;

commit;
