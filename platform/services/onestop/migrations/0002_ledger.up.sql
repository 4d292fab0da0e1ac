-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('onestop.procedure_version');
select platform.keep('onestop.dossier');
select platform.keep('onestop.dossier_person');
select platform.keep('onestop.dossier_secret');
select platform.keep('onestop.component');
select platform.keep('onestop.step');
select platform.keep('onestop.notice');
commit;
