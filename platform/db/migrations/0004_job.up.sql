-- When each periodic job ran last, over all nodes.
begin;

create table platform.job (
  name       text        primary key,
  started_at timestamptz not null,
  done_at    timestamptz,
  failures   int         not null default 0,
  error      text        not null default ''
);
alter table platform.job enable row level security;
create policy all_seen on platform.job to egov_app using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant select, insert, update, delete on platform.job to egov_app;

commit;
