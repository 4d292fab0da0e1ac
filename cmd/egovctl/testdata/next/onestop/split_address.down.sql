begin;
drop policy split on onestop.dossier_person;
revoke update (street, commune) on onestop.dossier_person from egov_app;
drop trigger address_kept on onestop.dossier_person;
drop function onestop.keep_address(), onestop.address_of(text, text), onestop.commune_of(text), onestop.street_of(text);
alter table onestop.dossier_person drop column commune, drop column street;
commit;
