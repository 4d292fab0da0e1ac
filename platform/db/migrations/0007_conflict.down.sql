begin;
select platform.unkeep('platform.accepted');
select platform.unkeep('platform.conflict');
drop table platform.accepted, platform.conflict;
commit;
