begin;

grant usage on schema identity to egov_app;

create table identity.account (
    id         uuid primary key,
    login      text not null,
    kind       text not null check (kind in ('person', 'official')),
    status     text not null check (status in ('new', 'active', 'locked')), -- new: no password chosen yet
    created_at timestamptz not null,
    created_by text not null default '', -- account id, or the program's name
    constraint account_login unique (login),
    check (login ~ '^[a-z0-9][a-z0-9._-]{1,79}$')
);

-- Personal data, apart: bundles and views leave this table out.
create table identity.account_person (
    account_id uuid primary key references identity.account (id),
    name       text not null,
    sort_name  text not null,          -- given name first: how Vietnamese lists are ordered
    folded     text not null,          -- without accents: what a search compares
    id_number  text not null default '',
    phone      text not null default '',
    address    text not null default '',
    birth      text not null default '' -- 1990, 1990-05 or 1990-05-17: papers may know the year only
);
create unique index account_person_id_number on identity.account_person (id_number) where id_number <> '';

create table identity.password (
    account_id uuid primary key references identity.account (id),
    hash       text not null,           -- argon2id in PHC form, parameters and salt included
    changed_at timestamptz not null
);

-- A role held at an agency for a time. Rows are ended, never removed.
create table identity.position (
    id         bigint generated always as identity primary key,
    account_id uuid not null references identity.account (id),
    role       text not null check (role in ('clerk', 'officer', 'head', 'leader', 'registrar', 'cashier', 'controller',
                                             'editor', 'agency_admin', 'admin')),
    agency_id  int not null references agencies.agency (id),
    valid_from date not null,
    valid_to   date,                    -- the first day on which it is no longer held
    check (valid_to is null or valid_to >= valid_from)
);
create index position_account on identity.position (account_id);
create index position_agency on identity.position (agency_id, role);
create unique index position_open on identity.position (account_id, role, agency_id) where valid_to is null;

create table identity.session (
    id         uuid primary key,
    token_hash bytea not null,          -- SHA-256: the token itself is nowhere
    account_id uuid not null references identity.account (id),
    kind       text not null check (kind in ('browser', 'program')),
    address    text not null default '',
    created_at timestamptz not null,
    last_seen  timestamptz not null,
    idle       interval not null,       -- it ends when nobody was seen for this long
    expires_at timestamptz not null,    -- and then in any case
    revoked_at timestamptz,
    constraint session_token unique (token_hash)
);
create index session_account on identity.session (account_id);

-- Sign-ins under way and those that went wrong in the last hour; one that succeeds is taken out again. The login is
-- hashed: people type their password into the wrong field.
create table identity.attempt (
    id         bigint generated always as identity primary key,
    login_hash bytea not null,
    address    text not null,
    lane       text not null check (lane in ('familiar', 'clean', 'open')),
    at         timestamptz not null,
    failed     boolean not null default false
);
create index attempt_login on identity.attempt (login_hash, at);
create index attempt_address on identity.attempt (address, at);

-- From where an account has signed in before: these addresses keep a lane of their own while others guess.
create table identity.familiar (
    account_id uuid not null references identity.account (id),
    address    text not null,
    last_seen  timestamptz not null,
    primary key (account_id, address)
);

-- One-time links with which a person chooses a password.
create table identity.setup_token (
    token_hash bytea primary key,
    account_id uuid not null references identity.account (id),
    purpose    text not null check (purpose in ('first', 'reset')),
    created_at timestamptz not null,
    created_by text not null default '',
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index setup_token_account on identity.setup_token (account_id);

-- The day of Việt Nam of a moment.
create function identity.day(moment timestamptz) returns date language sql immutable parallel safe
    return (moment at time zone interval '7 hours')::date;

-- Whether the acting account is an administrator of an agency today.
create function identity.is_agency_admin() returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.position p where p.account_id = platform.account()::uuid
        and p.role = 'agency_admin' and p.valid_from <= identity.day(now())
        and (p.valid_to is null or p.valid_to > identity.day(now())))
$$;

-- Whether the acting agency administrator may govern an account: an official all of whose present and coming positions
-- are in his scope and none of them province-wide. It looks past row-level security on purpose: positions that he may
-- not see are just those that forbid it.
create function identity.administers(target uuid) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select identity.is_agency_admin()
        and exists (select from identity.account a where a.id = target and a.kind = 'official')
        and exists (select from identity.position p where p.account_id = target)
        and not exists (select from identity.position p where p.account_id = target
            and (p.valid_to is null or p.valid_to > identity.day(now()))
            and (p.role in ('admin', 'controller') or p.agency_id <> all (platform.scope())))
        and exists (select from identity.position p where p.account_id = target and p.agency_id = any (platform.scope()))
$$;

-- Whether an account was made by the acting account and has no position yet: its first one may be added. Otherwise an
-- agency administrator could draw a stranger's account into his agency and then see it.
create function identity.unplaced(target uuid) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.account a where a.id = target and a.created_by = platform.account())
        and not exists (select from identity.position p where p.account_id = target)
$$;

-- Who holds a token: asked on every request, before there is a principal. It answers about one exact hash only, and
-- moves last_seen at most once a minute, so that reading pages does not write.
create function identity.session_holder(hash bytea, moment timestamptz)
    returns table (account text, login text, name text, kind text, roles text[], agencies int[])
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    s identity.session;
begin
    select * into s from identity.session x where x.token_hash = hash;
    if not found or s.revoked_at is not null or s.expires_at <= moment or s.last_seen + s.idle <= moment then
        return;
    end if;
    if s.last_seen < moment - interval '1 minute' then
        update identity.session x set last_seen = moment where x.id = s.id;
    end if;
    return query
        select a.id::text, a.login, coalesce(o.name, ''), a.kind,
            coalesce(array_agg(p.role order by p.id) filter (where p.id is not null), '{}'),
            coalesce(array_agg(p.agency_id order by p.id) filter (where p.id is not null), '{}')
        from identity.account a
        left join identity.account_person o on o.account_id = a.id and a.kind = 'official'
        left join identity.position p on p.account_id = a.id and p.valid_from <= identity.day(moment)
            and (p.valid_to is null or p.valid_to > identity.day(moment))
        where a.id = s.account_id and a.status = 'active'
        group by a.id, o.name;
end $$;

revoke execute on function identity.is_agency_admin(), identity.administers(uuid), identity.unplaced(uuid),
    identity.session_holder(bytea, timestamptz) from public;
grant execute on function identity.is_agency_admin(), identity.administers(uuid), identity.unplaced(uuid),
    identity.session_holder(bytea, timestamptz) to egov_app;

alter table identity.account enable row level security;
alter table identity.account_person enable row level security;
alter table identity.password enable row level security;
alter table identity.position enable row level security;
alter table identity.session enable row level security;
alter table identity.attempt enable row level security;
alter table identity.familiar enable row level security;
alter table identity.setup_token enable row level security;

-- Colleagues see each other (work is assigned by name); people see themselves; nobody sees another agency's accounts.
create policy read on identity.account for select using (
    (select platform.sees_all()) or id = (select platform.account())::uuid
    or exists (select from identity.position p where p.account_id = account.id
        and p.agency_id = any ((select platform.scope())::int[])));
create policy add on identity.account for insert with check (
    (select platform.sees_all()) or (kind = 'official' and (select identity.is_agency_admin())));
create policy amend on identity.account for update
    using ((select platform.sees_all()) or identity.administers(id))
    with check ((select platform.sees_all()) or identity.administers(id));

create policy read on identity.account_person for select using (
    (select platform.sees_all()) or account_id = (select platform.account())::uuid
    or exists (select from identity.position p where p.account_id = account_person.account_id
        and p.agency_id = any ((select platform.scope())::int[])));
create policy add on identity.account_person for insert with check (
    (select platform.sees_all()) or identity.administers(account_id));
create policy amend on identity.account_person for update
    using ((select platform.sees_all()) or identity.administers(account_id))
    with check ((select platform.sees_all()) or identity.administers(account_id));

create policy read on identity.position for select using (
    (select platform.sees_all()) or account_id = (select platform.account())::uuid
    or agency_id = any ((select platform.scope())::int[]));
create policy add on identity.position for insert with check (
    (select platform.sees_all())
    or ((select identity.is_agency_admin()) and role not in ('admin', 'controller')
        and agency_id = any ((select platform.scope())::int[])
        and (identity.administers(account_id) or identity.unplaced(account_id))));
create policy amend on identity.position for update
    using ((select platform.sees_all()) or ((select identity.is_agency_admin()) and role not in ('admin', 'controller')
        and agency_id = any ((select platform.scope())::int[])))
    with check ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));

-- Hashes of passwords, guesses and addresses are the program's alone.
create policy program on identity.password using ((select platform.kind()) = 'system')
    with check ((select platform.kind()) = 'system');
create policy program on identity.attempt using ((select platform.kind()) = 'system')
    with check ((select platform.kind()) = 'system');
create policy program on identity.familiar using ((select platform.kind()) = 'system')
    with check ((select platform.kind()) = 'system');

create policy read on identity.session for select using (
    (select platform.sees_all()) or account_id = (select platform.account())::uuid or identity.administers(account_id));
create policy open on identity.session for insert with check ((select platform.kind()) = 'system');
create policy revoke on identity.session for update using (
    (select platform.sees_all()) or account_id = (select platform.account())::uuid or identity.administers(account_id));
create policy sweep on identity.session for delete using ((select platform.kind()) = 'system');

create policy issue on identity.setup_token for insert with check (
    (select platform.sees_all()) or identity.administers(account_id));
create policy read on identity.setup_token for select using (
    (select platform.sees_all()) or identity.administers(account_id));
create policy spend on identity.setup_token for update using (
    (select platform.sees_all()) or identity.administers(account_id));
create policy sweep on identity.setup_token for delete using ((select platform.kind()) = 'system');

grant select, insert on identity.account, identity.account_person, identity.position to egov_app;
grant update (status) on identity.account to egov_app;
grant update (name, sort_name, folded, phone, address) on identity.account_person to egov_app;
grant update (valid_to) on identity.position to egov_app;
grant select, insert, update on identity.password to egov_app;
grant select, insert, update, delete on identity.attempt, identity.familiar to egov_app;
grant select, insert, delete on identity.session, identity.setup_token to egov_app;
grant update (revoked_at) on identity.session to egov_app;
grant update (used_at) on identity.setup_token to egov_app;

commit;
