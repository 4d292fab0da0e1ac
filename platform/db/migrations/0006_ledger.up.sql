-- The ledger of what people entered: how many rows each kept table has and a digest over them, without reading the table,
-- and every change that no act explains. A service keeps a table with platform.keep('schema.table').
--
-- The server does the counting, so what an older release writes is counted as well. Each statement leaves one small row in
-- platform.kept_move; the seal of the audit log folds them into the totals. A change that comes without an audit row in
-- its own transaction is written down by table and key: the product never makes one.
begin;

create table platform.kept (
  id     int    primary key,             -- follows from the name, so that the triggers of every instance are the same
  name   text   not null unique,         -- onestop.dossier
  rows   bigint not null default 0,
  digest bigint not null default 0       -- sum over the rows of a 64-bit hash of each, modulo 2^64: their order is nothing to it
);
create table platform.kept_move (
  kept   int      not null references platform.kept (id),
  op     "char"   not null,               -- i, u, d
  rows   int      not null,
  digest bigint   not null,
  keys   text[],                          -- of what was changed or taken away
  xact   xid8     not null default pg_current_xact_id()
);
create table platform.kept_loss (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default clock_timestamp(),
  kept   int         not null references platform.kept (id),
  op     "char"      not null,            -- u, d
  key    text        not null
);

alter table platform.kept enable row level security;
alter table platform.kept_move enable row level security;
alter table platform.kept_loss enable row level security;
create policy read on platform.kept for select to egov_app using ((select platform.sees_all()));
create policy read on platform.kept_move for select to egov_app using ((select platform.sees_all()));
create policy read on platform.kept_loss for select to egov_app using ((select platform.sees_all()));
grant select on platform.kept, platform.kept_move, platform.kept_loss to egov_app;

-- A sum modulo 2^64, as the signed number with the same bits.
create function platform.wrapped(n numeric) returns bigint language sql immutable parallel safe
  return (mod(mod(coalesce(n, 0), 18446744073709551616) + 27670116110564327424, 18446744073709551616) - 9223372036854775808)::bigint;

-- Begins to keep a table: its columns of now, but for the computed ones. Columns that a later release adds are not part of
-- the digest, so that the release before counts the same.
create function platform.keep(kept_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $keep$
declare
  full_name text := (select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = kept_table);
  maker text := replace(full_name, '.', '.kept_');
  number int := hashtext(full_name);
  hash text := (select 'hashtextextended(row(' || string_agg(format('r.%I', a.attname), ', ' order by a.attnum) || ')::text, 0)'
    from pg_attribute a where a.attrelid = kept_table and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
  key text := (select string_agg(format('r.%I::text', a.attname), ' || '' '' || ' order by k.place)
    from pg_index i cross join unnest(i.indkey) with ordinality k (attnum, place) join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = kept_table and i.indisprimary);
  fixed text := $q$ set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres'
    set bytea_output = 'hex' set extra_float_digits = 1 $q$; -- the same row has the same text in every session
begin
  insert into platform.kept (id, name) values (number, full_name);
  execute format($made$
    create function %1$s() returns trigger language plpgsql security definer %2$s as $f$
    begin
      if tg_op = 'INSERT' then
        insert into platform.kept_move (kept, op, rows, digest)
        select %3$s, 'i', count(*), platform.wrapped(sum(%4$s)) from added r having count(*) > 0;
      elsif tg_op = 'DELETE' then
        insert into platform.kept_move (kept, op, rows, digest, keys)
        select %3$s, 'd', -count(*), platform.wrapped(-sum(%4$s)), array_agg(%5$s) from removed r having count(*) > 0;
      else
        insert into platform.kept_move (kept, op, rows, digest, keys)
        select %3$s, 'u', 0, platform.wrapped((select sum(%4$s) from added r) - sum(%4$s)), array_agg(%5$s) from removed r
        having sum(%4$s) is distinct from (select sum(%4$s) from added r);
      end if;
      return null;
    end $f$ $made$, maker, fixed, number, hash, key);
  execute format($made$ create function %1$s_counted(out rows bigint, out digest bigint) language plpgsql stable security definer %2$s as $f$
    begin
      select count(*), platform.wrapped(sum(%3$s)) into rows, digest from %4$s r;
    end $f$ $made$, maker, fixed, hash, kept_table);
  execute format('revoke execute on function %1$s(), %1$s_counted() from public', maker);
  execute format('grant execute on function %1$s_counted() to egov_app', maker);
  execute format('create trigger kept_added after insert on %1$s referencing new table as added for each statement execute function %2$s()', kept_table, maker);
  execute format('create trigger kept_changed after update on %1$s referencing old table as removed new table as added for each statement execute function %2$s()', kept_table, maker);
  execute format('create trigger kept_removed after delete on %1$s referencing old table as removed for each statement execute function %2$s()', kept_table, maker);
  execute format('create trigger kept_whole before truncate on %1$s for each statement execute function platform.refuse_change()', kept_table);
  execute format('update platform.kept k set (rows, digest) = (select c.rows, c.digest from %1$s_counted() c) where k.id = %2$s', maker, number);
end $keep$;

create function platform.unkeep(kept_table regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $unkeep$
declare
  full_name text := (select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = kept_table);
  number int := hashtext(full_name);
  t text;
begin
  foreach t in array '{kept_added,kept_changed,kept_removed,kept_whole}'::text[] loop
    execute format('drop trigger %I on %s', t, kept_table);
  end loop;
  execute format('drop function %1$s(), %1$s_counted()', replace(full_name, '.', '.kept_'));
  delete from platform.kept_loss where kept = number;
  delete from platform.kept_move where kept = number;
  delete from platform.kept where id = number;
end $unkeep$;

-- Folds what has ended for certain into the totals, and writes down what no act explains. Rows that came out of a dump carry
-- transactions of another server: those of this server's future have ended as well.
create function platform.fold_kept() returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $fold$
begin
  if not pg_try_advisory_xact_lock(7308332110923427428) then
    return; -- another node is at it
  end if;
  with ended as (
    delete from platform.kept_move where xact < pg_snapshot_xmin(pg_current_snapshot()) or xact >= pg_snapshot_xmax(pg_current_snapshot())
    returning *
  ), lost as (
    insert into platform.kept_loss (kept, op, key)
    select e.kept, e.op, k.key from ended e cross join unnest(e.keys) k (key)
    where not exists (select from platform.audit a where a.xact = e.xact)
  )
  update platform.kept k set rows = k.rows + e.rows, digest = platform.wrapped(k.digest + e.digest)
  from (select kept, sum(rows) rows, sum(digest) digest from ended group by kept) e where e.kept = k.id;
end $fold$;

revoke execute on function platform.keep(regclass), platform.unkeep(regclass), platform.fold_kept() from public;
grant execute on function platform.fold_kept() to egov_app;

commit;
