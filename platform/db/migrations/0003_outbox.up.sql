-- Messages from one service to others, written in the transaction of the act and delivered afterwards.
begin;

create table platform.outbox (
  id       bigint      primary key generated always as identity,
  topic    text        not null,
  payload  jsonb       not null,
  put_at   timestamptz not null default clock_timestamp(),
  xact     xid8        not null default pg_current_xact_id(),
  attempts int         not null default 0,
  next_at  timestamptz,
  error    text        not null default '',
  done_at  timestamptz,
  dead_at  timestamptz
);
create index outbox_waiting on platform.outbox (topic, xact, id) where done_at is null and dead_at is null;
create index outbox_done on platform.outbox (done_at) where done_at is not null;

alter table platform.outbox enable row level security;
create policy put on platform.outbox for insert to egov_app with check (true);
create policy deliver on platform.outbox for select to egov_app using ((select platform.sees_all()));
create policy mark on platform.outbox for update to egov_app using ((select platform.sees_all()));
create policy sweep on platform.outbox for delete to egov_app using ((select platform.sees_all()));
-- Order is by the transaction, which is the server's to say.
grant insert (topic, payload), select, update (attempts, next_at, error, done_at, dead_at), delete on platform.outbox to egov_app;

commit;
