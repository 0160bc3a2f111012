with latest_year as (

    select max(budgets.year) as budget_year
    from {{ ref('fct_training_budget') }} as budgets
    inner join {{ ref('int_refresh__as_of') }} as newest
        on budgets.year <= extract(year from newest.as_of_on)

),

allocation as (

    select
        budgets.year as budget_year,
        cast(sum(budgets.allocated_idr) as bigint) as allocation_idr
    from {{ ref('fct_training_budget') }} as budgets
    inner join latest_year
        on budgets.year = latest_year.budget_year
    inner join {{ rules_in_force_now('rule_planning_component') }} as components
        on
            budgets.component = components.component
            and components.is_for_seats
    group by budgets.year

)

select
    scenarios.scenario,
    scenarios.budget_share,
    allocation.budget_year,
    allocation.allocation_idr,
    {{ mart_half_up_scaled(
        'allocation.allocation_idr * cast(scenarios.budget_share * 10000 as bigint)',
        '10000',
        0
    ) }} as budget_idr,
    chosen.least_people,
    chosen.largest_gap,
    scenarios.rule_set
from {{ rules_in_force_now('rule_planning_scenario') }} as scenarios
cross join allocation
cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
