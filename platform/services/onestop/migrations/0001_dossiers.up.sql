-- One-stop: dossiers, their people, papers and history.
begin;

-- Agency 0 is nobody: the health probe files its synthetic dossiers there, in a code series of its own, so that no
-- office, list or statistic meets them.

-- A procedure as it stood when a dossier was filed or received. A change of the catalogue makes a new row here and
-- never moves the due date of an open dossier. Public fact: it holds nothing of anybody.
create table onestop.procedure_version (
    id         int generated always as identity primary key,
    code       text        not null,
    name       text        not null,
    hash       bytea       not null unique, -- SHA-256 of body as it was sent
    body       jsonb       not null,
    first_seen timestamptz not null default now()
);

create table onestop.dossier (
    id               uuid primary key,
    agency_id        int      not null,                                 -- where it was received; its code carries this agency
    receiver_id      int      generated always as (nullif(agency_id, 0)) stored references agencies.agency (id),
    competent_id     int      not null,                                 -- who decides; "transfer" moves it
    at_agency        int      not null,                                 -- where it lies now
    involved         int[]    not null,                                 -- every agency that had it in hand: who may see it
    procedure_code   text     not null,
    version_id       int      not null references onestop.procedure_version (id),
    regime           text,                                              -- set of rules in force on the day of reception
    workflow         text     not null,
    workflow_version int      not null,
    reference        text     not null unique,                          -- before reception; cannot be guessed
    code             text unique,                                       -- TT 01/2018/TT-VPCP Điều 19; null until reception
    channel          text     not null check (channel in ('direct', 'online', 'postal')),
    assisted         boolean  not null default false,                   -- an official filed it for the citizen
    state            text     not null,
    status           smallint not null check (status between 1 and 10), -- national list of synchronisation statuses
    return_state     text,                                              -- where an interrupted handling goes back to
    desk             text,                                              -- role that is to act; null when nobody is
    officer          text,                                              -- account that appraises
    owner            text,                                              -- account of the citizen or organisation, null at the counter
    filed_by         text,
    submitted_at     timestamptz not null,
    received_at      timestamptz,
    first_due_at     timestamptz,                                       -- the first promise stays visible after an extension
    due_at           timestamptz,
    due_by_hour      boolean  not null default false,                   -- the hour of the promise counts, not only its day
    paused_at        timestamptz,                                       -- null while the clock runs
    finished_at      timestamptz,                                       -- the handling clock stops
    returned_at      timestamptz,                                       -- the delivery
    timeliness       text check (timeliness in ('early', 'on_time', 'late')),
    outcome          text check (outcome in ('granted', 'refused', 'withdrawn', 'stopped')),
    asked_intake     smallint not null default 0,                       -- how often papers were asked for at the intake check,
    asked_papers     smallint not null default 0,                       -- while handled,
    extended         smallint not null default 0,                       -- and how often the date was moved: each has its limit by regime
    content_hash     bytea    not null,                                 -- SHA-256 of what was filed
    version          int      not null default 1,
    rank_at          timestamptz not null generated always as
                     (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')) stored, -- keyset of the lists: no promise comes last
    check (code is null or received_at is not null),
    check (at_agency = any (involved) and competent_id = any (involved) and agency_id = any (involved))
);
create index dossier_desk on onestop.dossier (at_agency, desk, rank_at, id) where desk is not null;
create index dossier_officer on onestop.dossier (officer, rank_at, id) where desk = 'officer';
create index dossier_state on onestop.dossier (at_agency, state, rank_at, id);
create index dossier_owner on onestop.dossier (owner, submitted_at desc, id) where owner is not null;

-- Personal data, in a table of its own: support bundles and report views leave it out by name.
create table onestop.dossier_person (
    dossier_id uuid not null references onestop.dossier (id),
    kind       text not null check (kind in ('applicant', 'submitter')),
    agency_id  int  not null,
    name       text not null,
    id_number  text not null default '',
    phone      text not null default '',
    address    text not null default '',
    email      text not null default '',
    primary key (dossier_id, kind)
);

-- The secret of the receipt's QR code. It is kept as it is, because the receipt can be printed again.
create table onestop.dossier_secret (
    dossier_id uuid primary key references onestop.dossier (id),
    agency_id  int  not null,
    secret     text not null
);

create table onestop.component (
    dossier_id uuid    not null references onestop.dossier (id),
    ord        int     not null,
    agency_id  int     not null,
    code       text    not null default '',
    name       text    not null,
    originals  int     not null default 0 check (originals >= 0),
    copies     int     not null default 0 check (copies >= 0),
    primary key (dossier_id, ord)
);

-- History: only ever added to. An undone act is a further row.
create table onestop.step (
    dossier_id uuid        not null references onestop.dossier (id),
    seq        int         not null,
    agency_id  int         not null,
    action     text        not null,
    from_state text        not null default '', -- '' for the filing itself
    to_state   text        not null,
    by_account text,                            -- null for the program itself
    by_name    text        not null default '', -- officials only
    by_role    text        not null,
    to_account text,
    to_agency  int,
    at         timestamptz not null,
    note       text        not null default '',
    due_before timestamptz,
    due_after  timestamptz,
    promise    jsonb,                           -- the promise as this step left it, with its trace; null when untouched
    primary key (dossier_id, seq)
);

-- What the citizen is told: a message key and its arguments, said in the reader's language.
create table onestop.notice (
    dossier_id uuid        not null references onestop.dossier (id),
    seq        int         not null,
    agency_id  int         not null,
    account    text,
    key        text        not null,
    args       jsonb       not null default '{}',
    at         timestamptz not null,
    primary key (dossier_id, seq)
);
create index notice_account on onestop.notice (account, at desc) where account is not null;

-- The daily sequence of an agency's codes; a day of Việt Nam.
create table onestop.counter (
    agency_id int  not null,
    day       date not null,
    n         int  not null,
    primary key (agency_id, day)
);

-- The dossier that the holder of a receipt's secret has opened in this transaction (see onestop.open_by_secret).
create function onestop.opened() returns uuid language sql stable parallel safe
    return nullif(current_setting('egov.dossier', true), '')::uuid;

alter table onestop.procedure_version enable row level security;
alter table onestop.dossier enable row level security;
alter table onestop.dossier_person enable row level security;
alter table onestop.dossier_secret enable row level security;
alter table onestop.component enable row level security;
alter table onestop.step enable row level security;
alter table onestop.notice enable row level security;
alter table onestop.counter enable row level security;

create policy facts on onestop.procedure_version for select using (true);
create policy grow on onestop.procedure_version for insert with check ((select platform.kind()) <> 'anonymous');

-- An official sees what an agency of the scope has or had in hand; a person sees the own; the holder of a receipt
-- sees the one of the receipt; the program sees all.
create policy sight on onestop.dossier for select using (
    (select platform.sees_all())
    or involved && (select platform.scope())::int[]
    or owner = (select platform.account())
    or id = (select onestop.opened()));
create policy file on onestop.dossier for insert with check (
    (select platform.sees_all())
    or agency_id = any ((select platform.scope())::int[])
    or owner = (select platform.account()));
create policy act on onestop.dossier for update using (
    (select platform.sees_all())
    or involved && (select platform.scope())::int[]
    or owner = (select platform.account()));

-- What belongs to a dossier is seen and added by whoever sees the dossier: the inner query is under its policy.
create policy sight on onestop.dossier_person for select using (exists (select from onestop.dossier d where d.id = dossier_id));
create policy file on onestop.dossier_person for insert with check (exists (select from onestop.dossier d where d.id = dossier_id));
create policy sight on onestop.dossier_secret for select using (exists (select from onestop.dossier d where d.id = dossier_id));
create policy file on onestop.dossier_secret for insert with check (exists (select from onestop.dossier d where d.id = dossier_id));
create policy sight on onestop.component for select using (exists (select from onestop.dossier d where d.id = dossier_id));
create policy file on onestop.component for insert with check (exists (select from onestop.dossier d where d.id = dossier_id));
create policy sight on onestop.step for select using (exists (select from onestop.dossier d where d.id = dossier_id));
create policy file on onestop.step for insert with check (exists (select from onestop.dossier d where d.id = dossier_id));
create policy sight on onestop.notice for select using (
    (account is not null and account = (select platform.account())) or exists (select from onestop.dossier d where d.id = dossier_id));
create policy file on onestop.notice for insert with check (exists (select from onestop.dossier d where d.id = dossier_id));
create policy own on onestop.counter using (
    (select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));

-- Look-up without login: the code and how it stands, nothing else (TT 01/2018 Điều 16.2d).
create function onestop.standing(asked text) returns table (code text, standing text)
    language sql stable security definer set search_path = '' as $$
    select coalesce(d.code, d.reference),
           case when d.status in (5, 6) then 'waiting_for_you'
                when d.status in (3, 8, 9, 10) then 'finished'
                else 'in_progress' end
      from onestop.dossier d
     where (d.code = asked or d.reference = asked) and d.agency_id <> 0
$$;

-- Opens one dossier to the rest of the transaction for whoever holds the secret of its receipt.
create function onestop.open_by_secret(asked text, given text) returns boolean
    language plpgsql volatile security definer set search_path = '' as $$
declare found_id uuid;
begin
    select d.id into found_id
      from onestop.dossier d join onestop.dossier_secret s on s.dossier_id = d.id
     where (d.code = asked or d.reference = asked)
       and sha256(convert_to(s.secret, 'UTF8')) = sha256(convert_to(given, 'UTF8'));
    perform set_config('egov.dossier', coalesce(found_id::text, ''), true);
    return found_id is not null;
end $$;

-- How many dossiers of an agency stand in each of some states, counted up to a cap so that the answer costs the same
-- at any size. It counts in the index alone; the scope is checked here instead of row by row.
create function onestop.tally(agency int, states text[], cap int) returns table (state text, n int)
    language sql stable security definer set search_path = '' as $$
    select s.state, (select count(*)::int from (select from onestop.dossier d
                                                 where d.at_agency = agency and d.state = s.state limit cap) x)
      from unnest(states) s (state)
     where platform.sees_all() or agency = any (platform.scope())
$$;

-- The health probe's dossiers are the only ones that can be erased.
create function onestop.erase_probe(erased uuid) returns void
    language plpgsql volatile security definer set search_path = '' as $$
begin
    if not platform.sees_all() or not exists (select from onestop.dossier where id = erased and agency_id = 0) then
        raise exception 'only a dossier of the probe can be erased' using errcode = '42501';
    end if;
    delete from onestop.notice where dossier_id = erased;
    delete from onestop.step where dossier_id = erased;
    delete from onestop.component where dossier_id = erased;
    delete from onestop.dossier_secret where dossier_id = erased;
    delete from onestop.dossier_person where dossier_id = erased;
    delete from onestop.dossier where id = erased;
    delete from onestop.counter where agency_id = 0;
end $$;

revoke all on function onestop.standing(text), onestop.open_by_secret(text, text), onestop.tally(int, text[], int),
    onestop.erase_probe(uuid) from public;
grant usage on schema onestop to egov_app, egov_readonly;
grant select on onestop.procedure_version to egov_app, egov_readonly;
grant insert on onestop.procedure_version to egov_app;
grant select, insert, update on onestop.dossier, onestop.counter to egov_app;
grant select, insert on onestop.dossier_person, onestop.dossier_secret, onestop.component, onestop.step,
    onestop.notice to egov_app;
grant execute on function onestop.opened(), onestop.standing(text), onestop.open_by_secret(text, text),
    onestop.tally(int, text[], int), onestop.erase_probe(uuid) to egov_app;

commit;
