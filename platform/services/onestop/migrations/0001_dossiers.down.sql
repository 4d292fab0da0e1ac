begin;
drop function onestop.erase_probe(uuid);
drop function onestop.tally(int, text[], int);
drop function onestop.open_by_secret(text, text);
drop function onestop.standing(text);
drop table onestop.counter, onestop.notice, onestop.step, onestop.component, onestop.dossier_secret,
    onestop.dossier_person, onestop.dossier, onestop.procedure_version;
drop function onestop.opened();
revoke usage on schema onestop from egov_app, egov_readonly;
commit;
