begin;

drop table procedures.offering, procedures.procedure_version, procedures.procedure, procedures.field;
delete from platform.revision where schema = 'procedures';
drop function procedures.administers();
revoke usage on schema procedures from egov_app, egov_readonly;

commit;
