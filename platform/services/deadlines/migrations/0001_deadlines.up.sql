begin;

grant usage on schema deadlines to egov_app, egov_readonly;

-- Exceptions of the working-day calendar. base is the packaged record, edit the province's; what holds is the edit if
-- there is one. A packaged day is never deleted: the province says "working" in its edit.
create table deadlines.day (
    date      date primary key,
    base      jsonb,
    base_hash bytea check (octet_length(base_hash) = 32),
    edit      jsonb,
    kind      text not null generated always as (coalesce(edit, base) ->> 'kind') stored,
    check (base is not null or edit is not null),
    check ((base is null) = (base_hash is null)),
    check (kind in ('holiday', 'compensation', 'swap', 'make_up', 'working'))
);

-- The two dates of a year that the lunar calendar decides; statutory days are computed from them in years that nobody
-- has announced.
create table deadlines.lunar (
    year      int primary key check (year between 1900 and 2200),
    base      jsonb,
    base_hash bytea check (octet_length(base_hash) = 32),
    edit      jsonb,
    check (base is not null or edit is not null),
    check ((base is null) = (base_hash is null))
);

-- Dated sets of rules of law. valid_to is the first day on which the regime no longer holds. An edit takes the
-- confirmation away: an official confirms what stands there, not what stood there.
create table deadlines.regime (
    id           text primary key check (id ~ '^[a-z0-9][a-z0-9.-]{0,40}$'),
    topic        text not null,
    valid_from   date not null,
    valid_to     date,
    base         jsonb,
    base_hash    bytea check (octet_length(base_hash) = 32),
    edit         jsonb,
    confirmed_by text,
    confirmed_at timestamptz,
    check (base is not null or edit is not null),
    check ((base is null) = (base_hash is null)),
    check (valid_to is null or valid_from < valid_to),
    check ((confirmed_by is null) = (confirmed_at is null))
);

-- One row: the office hours of the province, such as {"hours": "07:30-11:30,13:30-17:30"}.
create table deadlines.office_hours (
    one       boolean primary key default true check (one),
    base      jsonb,
    base_hash bytea check (octet_length(base_hash) = 32),
    edit      jsonb,
    check (base is not null or edit is not null),
    check ((base is null) = (base_hash is null))
);

insert into platform.revision (schema) values ('deadlines');
create trigger moved after insert or update or delete or truncate on deadlines.day
    for each statement execute function platform.moved();
create trigger moved after insert or update or delete or truncate on deadlines.lunar
    for each statement execute function platform.moved();
create trigger moved after insert or update or delete or truncate on deadlines.regime
    for each statement execute function platform.moved();
create trigger moved after insert or update or delete or truncate on deadlines.office_hours
    for each statement execute function platform.moved();

-- Public facts: everyone reads, only those who see every agency write, and nobody but the owner touches a packaged value.
alter table deadlines.day enable row level security;
alter table deadlines.lunar enable row level security;
alter table deadlines.regime enable row level security;
alter table deadlines.office_hours enable row level security;

create policy read on deadlines.day for select using (true);
create policy read on deadlines.lunar for select using (true);
create policy read on deadlines.regime for select using (true);
create policy read on deadlines.office_hours for select using (true);

create policy add on deadlines.day for insert with check ((select platform.sees_all()) and base is null);
create policy amend on deadlines.day for update
    using ((select platform.sees_all())) with check ((select platform.sees_all()));
create policy remove on deadlines.day for delete using ((select platform.sees_all()) and base is null);
create policy add on deadlines.regime for insert with check ((select platform.sees_all()) and base is null);
create policy amend on deadlines.regime for update
    using ((select platform.sees_all())) with check ((select platform.sees_all()));
create policy amend on deadlines.office_hours for update
    using ((select platform.sees_all())) with check ((select platform.sees_all()));

grant select on deadlines.day, deadlines.lunar, deadlines.regime, deadlines.office_hours
    to egov_app, egov_readonly;
grant insert (date, edit), update (edit), delete on deadlines.day to egov_app;
grant insert (id, topic, valid_from, valid_to, edit), update (topic, valid_from, valid_to, edit, confirmed_by, confirmed_at)
    on deadlines.regime to egov_app;
grant update (edit) on deadlines.office_hours to egov_app;

commit;
