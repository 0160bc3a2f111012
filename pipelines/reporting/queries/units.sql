-- Every unit of today, in the order of the tree.
select unit_id, unit_name, unit_type, path, depth, area_code, is_service_unit
from dim_unit
where is_current
order by path, unit_name
