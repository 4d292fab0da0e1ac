begin;
drop function platform.fold_kept();
drop function platform.unkeep(regclass);
drop function platform.keep(regclass);
drop function platform.wrapped(numeric);
drop table platform.kept_loss, platform.kept_move, platform.kept;
commit;
