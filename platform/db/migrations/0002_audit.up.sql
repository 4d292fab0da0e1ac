-- Acts, the chain over them, and the signed heads of the chain. See package audit for how they fit together.
begin;

create table platform.audit (
  id        bigint      primary key generated always as identity,
  at        timestamptz not null default clock_timestamp(),
  kind      text        not null,
  account   text        not null default '',
  login     text        not null default '',
  service   text        not null,
  action    text        not null,
  object    text        not null default '',
  agency_id int,
  detail    jsonb       not null default '{}',
  xact      xid8        not null default pg_current_xact_id()
);
create index on platform.audit (xact, id);
create index on platform.audit (service, object, id);
create index on platform.audit (agency_id, id);

create table platform.audit_link (
  seq   bigint primary key,
  entry bigint not null unique,
  hash  bytea  not null
);

create table platform.audit_head (
  number    bigint      primary key,
  last_seq  bigint      not null unique,
  hash      bytea       not null,
  horizon   xid8        not null,
  cluster   bigint      not null,
  sealed_at timestamptz not null,
  key       bytea       not null,
  signature bytea       not null
);

-- Nobody changes the past, not even the owner of the tables.
create function platform.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table %.% is append-only', tg_table_schema, tg_table_name using errcode = '42501';
end $$;

create trigger append_only before update or delete or truncate on platform.audit
  for each statement execute function platform.refuse_change();
create trigger append_only before update or delete or truncate on platform.audit_link
  for each statement execute function platform.refuse_change();
create trigger append_only before update or delete or truncate on platform.audit_head
  for each statement execute function platform.refuse_change();

alter table platform.audit enable row level security;
create policy write on platform.audit for insert to egov_app with check (true);
create policy read on platform.audit for select to egov_app
  using ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));
-- When, and in which transaction, is the server's to say: the seal relies on it.
grant insert (kind, account, login, service, action, object, agency_id, detail), select on platform.audit to egov_app;

alter table platform.audit_link enable row level security;
create policy seal on platform.audit_link to egov_app
  using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant insert, select on platform.audit_link to egov_app;

alter table platform.audit_head enable row level security;
create policy seal on platform.audit_head for insert to egov_app with check ((select platform.sees_all()));
create policy read on platform.audit_head for select to egov_app, egov_readonly using (true);
grant insert, select on platform.audit_head to egov_app;
grant select on platform.audit_head to egov_readonly;

commit;
