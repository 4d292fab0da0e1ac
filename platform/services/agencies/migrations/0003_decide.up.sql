begin;

-- What somebody decides about a packaged record is written by the platform: the province's record, and what follows from it.
create policy amend on agencies.unit for update using ((select platform.sees_all())) with check ((select platform.sees_all()));
create policy amend on agencies.unit_name to egov_app using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant update (edit, level, code, parent_key, valid_from, valid_to, basis) on agencies.unit to egov_app;
grant insert, update, delete on agencies.unit_name to egov_app;
grant update (parent_id, unit_key, valid_to) on agencies.agency to egov_app;

commit;
