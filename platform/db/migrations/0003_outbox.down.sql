begin;
drop table platform.outbox;
commit;
