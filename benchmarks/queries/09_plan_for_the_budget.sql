-- What to fund with the money there is, by office?
select
    offices.unit_name,
    sum(plan.seats) as seats,
    sum(plan.cost_idr) as cost_idr,
    sum(plan.expected_gap_levels_closed) as levels
from training_plan as plan
inner join dim_unit as units
    on plan.unit_id = units.unit_id and units.is_current
inner join dim_unit as offices
    on split_part(units.path, '/', 2) = offices.unit_id and offices.is_current
where plan.budget_share = 1
group by offices.unit_name
order by cost_idr desc
