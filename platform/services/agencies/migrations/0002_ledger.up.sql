-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('agencies.unit');
select platform.keep('agencies.unit_name');
select platform.keep('agencies.succession');
select platform.keep('agencies.agency');
select platform.keep('agencies.agency_alias');
commit;
