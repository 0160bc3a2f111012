with holders as (

    select distinct
        ancestors.year,
        ancestors.unit_id
    from {{ ref('fct_training_budget') }} as budgets
    inner join {{ ref('int_training__unit_ancestors') }} as ancestors
        on
            budgets.year = ancestors.year
            and budgets.unit_id = ancestors.ancestor_unit_id

),

budget_years as (

    select distinct year
    from {{ ref('fct_training_budget') }}

),

units as (

    select
        year,
        unit_id
    from {{ ref('int_training__unit_budgets') }}
    union
    select
        spending.year,
        spending.unit_id
    from {{ ref('int_training__unit_costs') }} as spending
    inner join budget_years
        on spending.year = budget_years.year
    left join holders
        on
            spending.year = holders.year
            and spending.unit_id = holders.unit_id
    where holders.unit_id is null

),

floors as (

    select
        years.year,
        rules.floor_share,
        rules.rule_set
    from {{ ref('int_training__years') }} as years
    inner join {{ ref('rule_budget_floor') }} as rules
        on
            years.starts_on >= rules.valid_from
            and (rules.valid_to is null or years.starts_on < rules.valid_to)
    where rules.is_default

),

figures as (

    select
        units.unit_id,
        units.year,
        years.has_staff_state,
        coalesce(budgets.allocated_idr, 0) as allocated_idr,
        budgets.realised_idr,
        coalesce(budgets.net_allocated_idr, 0) as net_allocated_idr,
        budgets.net_realised_idr,
        budgets.total_regional_expenditure_idr as total_idr,
        budgets.component_rule_set,
        coalesce(costs.n_trained, 0) as n_trained,
        costs.hours_jp,
        costs.direct_cost_idr,
        coalesce(costs.n_people_measured, 0) as n_people_measured,
        costs.levels_closed,
        coalesce(costs.n_people_in_need, 0) as n_people_in_need,
        costs.n_needs,
        costs.n_needs_priced,
        case when years.has_staff_state then coalesce(costs.need_idr, 0) end as need_idr
    from units
    inner join {{ ref('int_training__years') }} as years
        on units.year = years.year
    {% for name in ['budgets', 'costs'] %}
        left join {{ ref('int_training__unit_' ~ name) }} as {{ name }}
            on
                units.year = {{ name }}.year
                and units.unit_id = {{ name }}.unit_id
    {% endfor %}

),

shares as (

    select
        figures.*,
        {{ mart_half_up('figures.allocated_idr', 'figures.total_idr', 6) }} as gross_share,
        {{ mart_half_up('figures.net_allocated_idr', 'figures.total_idr', 6) }} as net_share,
        {{ mart_half_up('figures.realised_idr', 'figures.total_idr', 6) }} as realised_gross_share,
        {{ mart_half_up('figures.net_realised_idr', 'figures.total_idr', 6) }} as realised_net_share
    from figures

)

select
    shares.unit_id,
    shares.year,
    shares.allocated_idr,
    shares.realised_idr,
    shares.net_allocated_idr,
    shares.net_realised_idr,
    shares.total_idr as total_regional_expenditure_idr,
    shares.gross_share,
    shares.net_share,
    shares.realised_gross_share,
    shares.realised_net_share,
    {{ mart_half_up('shares.realised_idr', 'shares.allocated_idr', 4) }} as realised_rate,
    floors.floor_share,
    case when roots.is_root then shares.net_allocated_idr >= floors.floor_share * nullif(shares.total_idr, 0) end
        as is_floor_met,
    cast(shares.n_trained as bigint) as n_trained,
    shares.hours_jp,
    shares.direct_cost_idr,
    {{ mart_half_up_scaled('shares.net_realised_idr * 10000', 'cast(shares.hours_jp * 10000 as bigint)', 0) }}
        as cost_per_hour_idr,
    {{ mart_half_up_scaled('shares.direct_cost_idr * 10000', 'cast(shares.hours_jp * 10000 as bigint)', 0) }}
        as direct_cost_per_hour_idr,
    cast(shares.n_people_measured as bigint) as n_people_measured,
    shares.levels_closed,
    case
        when shares.levels_closed > 0
            then {{ mart_half_up_scaled('shares.net_realised_idr', 'shares.levels_closed', 0) }}
    end as cost_per_level_closed_idr,
    cast(shares.n_people_in_need as bigint) as n_people_in_need,
    {{ mart_half_up('shares.n_needs_priced', 'shares.n_needs', 4) }} as share_needs_priced,
    shares.need_idr,
    case
        when shares.need_idr > shares.net_allocated_idr then shares.need_idr - shares.net_allocated_idr
        when shares.need_idr is not null then 0
    end as unfunded_need_idr,
    shares.component_rule_set,
    floors.rule_set as floor_rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from shares
inner join {{ ref('int_training__unit_ancestors') }} as roots
    on
        shares.year = roots.year
        and shares.unit_id = roots.unit_id
        and shares.unit_id = roots.ancestor_unit_id
left join floors
    on shares.year = floors.year
