-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('sites.site');
commit;
