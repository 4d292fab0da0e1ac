begin;
drop table identity.setup_token, identity.familiar, identity.attempt, identity.session, identity.position,
    identity.password, identity.account_person, identity.account cascade;
drop function identity.session_holder(bytea, timestamptz);
drop function identity.administers(uuid);
drop function identity.unplaced(uuid);
drop function identity.is_agency_admin();
drop function identity.day(timestamptz);
revoke usage on schema identity from egov_app;
commit;
