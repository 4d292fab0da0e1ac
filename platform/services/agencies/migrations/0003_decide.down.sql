begin;
revoke update (parent_id, unit_key, valid_to) on agencies.agency from egov_app;
revoke insert, update, delete on agencies.unit_name from egov_app;
revoke update (edit, level, code, parent_key, valid_from, valid_to, basis) on agencies.unit from egov_app;
drop policy amend on agencies.unit_name;
drop policy amend on agencies.unit;
commit;
