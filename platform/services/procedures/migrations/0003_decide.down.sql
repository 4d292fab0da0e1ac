begin;
revoke update (edit) on procedures.field from egov_app;
drop policy amend on procedures.field;
commit;
