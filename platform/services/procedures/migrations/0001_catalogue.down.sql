begin;

drop table procedures.offering, procedures.procedure_version, procedures.procedure, procedures.field, procedures.catalogue;
drop function procedures.moved();
drop function procedures.administers();
revoke usage on schema procedures from egov_app, egov_readonly;

commit;
