begin;

drop table deadlines.day, deadlines.lunar, deadlines.regime, deadlines.office_hours;
delete from platform.revision where schema = 'deadlines';
revoke usage on schema deadlines from egov_app, egov_readonly;

commit;
