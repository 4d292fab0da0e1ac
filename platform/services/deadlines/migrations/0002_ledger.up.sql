-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('deadlines.day');
select platform.keep('deadlines.regime');
select platform.keep('deadlines.office_hours');
commit;
