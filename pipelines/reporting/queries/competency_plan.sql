-- Programmes that the plan buys for the competency with the whole allocation.
select
    plan.competency_code,
    plan.programme_id,
    programmes.programme_name,
    sum(plan.seats) as seats,
    count(distinct plan.unit_id) as n_units,
    sum(plan.cost_idr) as cost_idr,
    sum(plan.expected_gap_levels_closed) as expected_gap_levels_closed
from training_plan as plan
left join dim_training_programme as programmes on plan.programme_id = programmes.programme_id and programmes.is_current
where plan.budget_share = 1 and {competency}
group by plan.competency_code, plan.programme_id, programmes.programme_name
order by plan.competency_code, seats desc nulls last, plan.programme_id
