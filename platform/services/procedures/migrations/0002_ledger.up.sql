-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('procedures.field');
select platform.keep('procedures.procedure');
select platform.keep('procedures.procedure_version');
select platform.keep('procedures.offering');
commit;
