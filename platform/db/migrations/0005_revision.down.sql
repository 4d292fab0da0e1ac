begin;
drop table platform.revision;
drop function platform.moved();
commit;
