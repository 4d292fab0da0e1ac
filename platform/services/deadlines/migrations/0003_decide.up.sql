begin;

create policy amend on deadlines.lunar for update using ((select platform.sees_all())) with check ((select platform.sees_all()));
grant update (edit) on deadlines.lunar to egov_app;

commit;
