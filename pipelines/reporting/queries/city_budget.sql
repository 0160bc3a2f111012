-- Budget of training of the whole city by year, against the share of expenditure that is asked for.
select
    year, allocated_idr, net_allocated_idr, realised_idr, realised_rate, net_share, floor_share, is_floor_met, cost_per_hour_idr, cost_per_level_closed_idr,
    need_idr, unfunded_need_idr
from training_budget_by_unit
where unit_id = (select mode(root_unit_id) from dim_unit where is_current)
order by year desc
