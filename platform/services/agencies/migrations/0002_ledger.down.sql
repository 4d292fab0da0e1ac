begin;
select platform.unkeep('agencies.unit');
select platform.unkeep('agencies.unit_name');
select platform.unkeep('agencies.succession');
select platform.unkeep('agencies.agency');
select platform.unkeep('agencies.agency_alias');
commit;
