-- What each budget buys.
select
    scenario,
    any_value(budget_share) as budget_share,
    any_value(budget_year) as budget_year,
    any_value(budget_idr) as budget_idr,
    max(cumulative_cost_idr) as cost_idr,
    sum(seats) as seats,
    count(*) as n_entries,
    count(distinct unit_id) as n_units,
    max(cumulative_gap_levels_closed) as cumulative_gap_levels_closed,
    coalesce(sum(expected_gap_levels_closed) filter (where value_source = 'impact'), 0)
    / nullif(sum(expected_gap_levels_closed), 0) as share_from_effects,
    max(cumulative_service_weight) as cumulative_service_weight,
    any_value(optimality_gap) as optimality_gap
from training_plan
group by scenario
order by budget_share
