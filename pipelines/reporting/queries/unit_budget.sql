-- Budget of training by year.
select
    unit_id, year, allocated_idr, net_allocated_idr, realised_idr, realised_rate, cost_per_hour_idr, cost_per_level_closed_idr,
    need_idr, unfunded_need_idr, is_suppressed, suppression_reason
from training_budget_by_unit
where {unit}
order by unit_id, year desc
