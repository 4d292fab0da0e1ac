begin;
drop table platform.idempotency, platform.state, platform.seed, platform.migration_file;
drop function platform.kind(), platform.account(), platform.sees_all(), platform.scope();
revoke usage on schema platform from egov_app, egov_readonly;
commit;
