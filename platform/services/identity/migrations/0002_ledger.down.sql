begin;
select platform.unkeep('identity.account');
select platform.unkeep('identity.account_person');
select platform.unkeep('identity.password');
select platform.unkeep('identity.position');
commit;
