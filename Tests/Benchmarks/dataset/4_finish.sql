-- Indexes that nobody made yet, and what the planner knows.
set search_path = parley, public;
select dataset.make_indexes("table") from (select distinct "table" from dataset.indexes) left_over;
drop schema dataset cascade;
analyze;
reset session_replication_role;
