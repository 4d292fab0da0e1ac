begin;
select platform.unkeep('procedures.field');
select platform.unkeep('procedures.procedure');
select platform.unkeep('procedures.procedure_version');
select platform.unkeep('procedures.offering');
commit;
