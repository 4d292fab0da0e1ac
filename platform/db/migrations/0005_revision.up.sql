-- Of what seldom changes services keep a copy in memory. The row of a schema here moves with every change of what is
-- copied, in the transaction of the change, so that readers see that their copy is old.
begin;

create table platform.revision (
  schema  text   primary key,
  version bigint not null default 0,
  writer  xid8                        -- the transaction that moved it: it knows its own change, and since none comes
                                      -- twice, a version that was rolled back is never taken for the next one
);
alter table platform.revision enable row level security;
create policy read on platform.revision for select to egov_app, egov_readonly using (true);
grant select on platform.revision to egov_app, egov_readonly;

-- A service gives its schema a row and each table that is copied this trigger.
create function platform.moved() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update platform.revision set version = version + 1, writer = pg_current_xact_id() where schema = tg_table_schema;
  return null;
end $$;
revoke execute on function platform.moved() from public;

commit;
