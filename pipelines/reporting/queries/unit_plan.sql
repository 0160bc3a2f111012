-- What the plan of training buys for the unit with the whole allocation, in the order in which to fund it.
select
    plan.unit_id,
    plan.rank,
    plan.competency_code,
    competencies.name_id as competency_name,
    competencies.name_en,
    plan.programme_id,
    programmes.programme_name,
    plan.seats,
    plan.cost_idr,
    plan.expected_gap_levels_closed,
    plan.value_source,
    plan.is_suppressed,
    plan.suppression_reason
from training_plan as plan
left join dim_competency as competencies on plan.competency_code = competencies.competency_code
left join dim_training_programme as programmes on plan.programme_id = programmes.programme_id and programmes.is_current
where plan.budget_share = 1 and {unit}
order by plan.unit_id, plan.rank
