begin;

drop table deadlines.day, deadlines.lunar, deadlines.regime, deadlines.office_hours, deadlines.revision;
drop function deadlines.moved();
revoke usage on schema deadlines from egov_app, egov_readonly;

commit;
