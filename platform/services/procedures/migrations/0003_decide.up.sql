begin;

create policy amend on procedures.field for update using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant update (edit) on procedures.field to egov_app;

commit;
