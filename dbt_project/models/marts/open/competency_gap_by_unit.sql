with rolled_up as (

    select
        ancestors.ancestor_unit_id as unit_id,
        totals.competency_code,
        totals.quarter,
        sum(totals.n_employees) as n_employees,
        sum(totals.n_assessed) as n_assessed,
        sum(totals.n_below_standard) as n_below_standard,
        sum(totals.n_expired) as n_expired,
        sum(totals.sum_required) as sum_required,
        sum(totals.sum_assessed) as sum_assessed,
        sum(totals.sum_gap) as sum_gap
    from {{ ref('int_competency__unit_totals') }} as totals
    inner join {{ ref('int_units__ancestors') }} as ancestors
        on
            totals.unit_id = ancestors.unit_id
            and totals.state_on >= ancestors.valid_from
            and (ancestors.valid_to is null or totals.state_on < ancestors.valid_to)
    group by
        ancestors.ancestor_unit_id,
        totals.competency_code,
        totals.quarter

)

select
    unit_id,
    competency_code,
    quarter,
    cast(n_employees as bigint) as n_employees,
    cast(n_assessed as bigint) as n_assessed,
    {{ mart_half_up('n_assessed', 'n_employees', 4) }} as coverage,
    {{ mart_half_up('sum_required', 'n_employees', 4) }} as mean_required,
    {{ mart_half_up('sum_assessed', 'n_assessed', 4) }} as mean_assessed,
    {{ mart_half_up('sum_gap', 'n_assessed', 4, signed=true) }} as mean_gap,
    {{ mart_half_up('n_below_standard', 'n_assessed', 4) }} as share_below_standard,
    {{ mart_half_up('n_expired', 'n_employees', 4) }} as share_expired,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from rolled_up
