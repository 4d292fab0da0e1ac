begin;
select platform.unkeep('onestop.procedure_version');
select platform.unkeep('onestop.dossier');
select platform.unkeep('onestop.dossier_person');
select platform.unkeep('onestop.dossier_secret');
select platform.unkeep('onestop.component');
select platform.unkeep('onestop.step');
select platform.unkeep('onestop.notice');
commit;
