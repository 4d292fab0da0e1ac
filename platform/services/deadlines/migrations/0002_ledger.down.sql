begin;
select platform.unkeep('deadlines.day');
select platform.unkeep('deadlines.regime');
select platform.unkeep('deadlines.office_hours');
commit;
