begin;
drop table agencies.territory, agencies.agency_alias, agencies.agency, agencies.succession, agencies.unit_name, agencies.unit;
drop function agencies.moved();
commit;
