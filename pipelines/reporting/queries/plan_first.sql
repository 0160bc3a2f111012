-- What to fund first with the whole allocation.
select
    plan.rank,
    plan.unit_id,
    units.unit_name,
    plan.competency_code,
    competencies.name_id as competency_name,
    competencies.name_en,
    plan.programme_id,
    programmes.programme_name,
    plan.seats,
    plan.cost_idr,
    plan.cumulative_cost_idr,
    plan.expected_gap_levels_closed,
    plan.value_source,
    plan.is_suppressed,
    plan.suppression_reason
from training_plan as plan
left join dim_unit as units on plan.unit_id = units.unit_id and units.is_current
left join dim_competency as competencies on plan.competency_code = competencies.competency_code
left join dim_training_programme as programmes on plan.programme_id = programmes.programme_id and programmes.is_current
where plan.budget_share = 1
order by plan.rank
limit 200
