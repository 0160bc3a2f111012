with totals_of_years as (

    select
        year,
        total_regional_expenditure_idr,
        row_number() over (
            partition by year
            order by delivery_on desc nulls last, total_regional_expenditure_idr desc nulls last
        ) as preference
    from {{ ref('fct_training_budget') }}
    where total_regional_expenditure_idr is not null

),

budgets as (

    select
        budgets.year,
        budgets.unit_id,
        budgets.allocated_idr,
        budgets.realised_idr,
        coalesce(components.is_net, false) as is_net,
        components.rule_set
    from {{ ref('fct_training_budget') }} as budgets
    inner join {{ ref('int_training__years') }} as years
        on budgets.year = years.year
    left join {{ ref('rule_budget_component') }} as components
        on
            budgets.component = components.component
            and years.starts_on >= components.valid_from
            and (components.valid_to is null or years.starts_on < components.valid_to)

),

rolled_up as (

    select
        ancestors.year,
        ancestors.ancestor_unit_id as unit_id,
        cast(sum(budgets.allocated_idr) as bigint) as allocated_idr,
        cast(sum(budgets.realised_idr) as bigint) as realised_idr,
        cast(sum(case when budgets.is_net then budgets.allocated_idr else 0 end) as bigint) as net_allocated_idr,
        cast(sum(case when budgets.is_net then budgets.realised_idr end) as bigint) as net_realised_idr,
        max(budgets.rule_set) as component_rule_set
    from budgets
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            budgets.year = ancestors.year
            and budgets.unit_id = ancestors.unit_id
    group by
        ancestors.year,
        ancestors.ancestor_unit_id

)

select
    rolled_up.year,
    rolled_up.unit_id,
    rolled_up.allocated_idr,
    rolled_up.realised_idr,
    rolled_up.net_allocated_idr,
    rolled_up.net_realised_idr,
    totals_of_years.total_regional_expenditure_idr,
    rolled_up.component_rule_set
from rolled_up
left join totals_of_years
    on
        rolled_up.year = totals_of_years.year
        and totals_of_years.preference = 1
