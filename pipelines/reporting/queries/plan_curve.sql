-- Money against gap levels closed, in the order of the plan.
select scenario, budget_share, rank, cumulative_cost_idr, cumulative_gap_levels_closed
from training_plan
where cumulative_cost_idr is not null and cumulative_gap_levels_closed is not null
order by budget_share, rank
