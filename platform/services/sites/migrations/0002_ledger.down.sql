begin;
select platform.unkeep('sites.site');
commit;
