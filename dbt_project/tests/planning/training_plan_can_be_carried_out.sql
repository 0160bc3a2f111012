{#
    What it is: plans that spend more than their budget, hold more seats in a programme than its batches, more seats of a
    unit than people who lack the competency, a row missing, or less value than the greedy plan.
    When it matters: before anybody funds a course by the plan.
    How to resolve it: run the whole job, so that plan and candidates are of one night; else mend pipelines/planning.
    Who mends it: whoever maintains the pipeline.
#}
with by_scenario as (

    select
        scenario,
        max(budget_idr) as budget_idr,
        sum(cost_idr) as cost_idr,
        max(cumulative_cost_idr) as cumulative_cost_idr,
        count(*) as n_rows,
        max(rank) as last_rank,
        sum(expected_value) as expected_value,
        max(plan_value) as plan_value,
        max(greedy_value) as greedy_value
    from {{ ref('training_plan') }}
    group by scenario

),

by_programme as (

    select
        scenario,
        programme_id,
        sum(seats) as seats,
        max(programme_seats) as programme_seats,
        max(n_batches) * max(batch_capacity) as places,
        sum(cost_idr) as cost_idr,
        max(n_batches) * max(batch_capacity) * max(cost_per_seat_idr) as price_idr
    from {{ ref('training_plan') }}
    group by
        scenario,
        programme_id

),

by_competency as (

    select
        scenario,
        unit_id,
        competency_code,
        sum(seats) as seats
    from {{ ref('training_plan') }}
    group by
        scenario,
        unit_id,
        competency_code

),

people as (

    select
        unit_id,
        competency_code,
        max(n_people_short) as n_people_short
    from {{ ref('int_planning__candidates') }}
    group by
        unit_id,
        competency_code

)

select
    scenario,
    'scenario' as part
from by_scenario
where
    cost_idr > budget_idr
    or cumulative_cost_idr <> cost_idr
    or n_rows <> last_rank
    or expected_value <> plan_value
    or greedy_value > plan_value
union all
select
    scenario,
    programme_id as part
from by_programme
where
    seats <> programme_seats
    or seats > places
    or cost_idr <> price_idr
union all
select
    by_competency.scenario,
    by_competency.unit_id || ' ' || by_competency.competency_code as part
from by_competency
left join people
    on
        by_competency.unit_id = people.unit_id
        and by_competency.competency_code = people.competency_code
where by_competency.seats > coalesce(people.n_people_short, 0)
