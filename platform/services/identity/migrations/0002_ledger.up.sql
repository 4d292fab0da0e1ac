-- What people entered here is counted, so that an upgrade and a rollback can prove that it is all there.
begin;
select platform.keep('identity.account');
select platform.keep('identity.account_person');
select platform.keep('identity.password');
select platform.keep('identity.position');
commit;
