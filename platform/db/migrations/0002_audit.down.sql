begin;
drop table platform.audit_head, platform.audit_link, platform.audit;
drop function platform.refuse_change();
commit;
