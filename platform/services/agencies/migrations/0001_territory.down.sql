begin;
drop table agencies.territory, agencies.agency_alias, agencies.agency, agencies.succession, agencies.unit_name, agencies.unit;
delete from platform.revision where schema = 'agencies';
revoke usage on schema agencies from egov_app, egov_readonly;
commit;
