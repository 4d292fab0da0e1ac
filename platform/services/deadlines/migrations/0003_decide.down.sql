begin;
revoke update (edit) on deadlines.lunar from egov_app;
drop policy amend on deadlines.lunar;
commit;
