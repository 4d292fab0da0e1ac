begin;
drop table sites.site;
revoke usage on schema sites from egov_app, egov_readonly;
commit;
