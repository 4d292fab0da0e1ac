begin;
drop table platform.job;
commit;
