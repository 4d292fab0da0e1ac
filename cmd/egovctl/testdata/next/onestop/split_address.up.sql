-- Expand: an address becomes street and commune. The release before goes on with address; the trigger keeps both in step, in
-- both directions and to the letter. People from before are split by the backfill, outside the switch.
begin;
alter table onestop.dossier_person add column street text, add column commune text;

-- The commune is what stands behind the last comma; put together again, the two are the address that they come from.
create function onestop.street_of(address text) returns text language sql immutable parallel safe
  return coalesce(substring(address from '^(.+), .+$'), address);
create function onestop.commune_of(address text) returns text language sql immutable parallel safe
  return coalesce(substring(address from '^.+, (.+)$'), '');
create function onestop.address_of(street text, commune text) returns text language sql immutable parallel safe
  return street || case when commune = '' then '' else ', ' || commune end;

create function onestop.keep_address() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $keep$
begin
  if tg_op = 'INSERT' and new.street is null
    or tg_op = 'UPDATE' and new.address is distinct from old.address and new.street is not distinct from old.street
       and new.commune is not distinct from old.commune then
    new.street := onestop.street_of(new.address);
    new.commune := onestop.commune_of(new.address);
  elsif new.street is not null then
    new.commune := coalesce(new.commune, '');
    new.address := onestop.address_of(new.street, new.commune);
  end if;
  return new;
end $keep$;
create trigger address_kept before insert or update on onestop.dossier_person for each row execute function onestop.keep_address();

grant update (street, commune) on onestop.dossier_person to egov_app; -- the backfill's
create policy split on onestop.dossier_person for update using ((select platform.sees_all()));
commit;
