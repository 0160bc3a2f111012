{% set funded_so_far -%}
    over (
        partition by plan.scenario
        order by plan.plan_rank asc nulls last
        rows between unbounded preceding and current row
    )
{%- endset %}
with parts as (

    select
        unit_id,
        competency_code,
        programme_id,
        max(capacity) as batch_capacity,
        max(cost_per_seat_idr) as cost_per_seat_idr,
        max(value_source) as value_source,
        max(realised_share) as realised_share,
        max(realised_share_source) as realised_share_source,
        max(service_weight) as service_weight
    from {{ ref('int_planning__candidates') }}
    group by
        unit_id,
        competency_code,
        programme_id

)

select
    plan.scenario,
    scenarios.budget_share,
    scenarios.budget_year,
    scenarios.allocation_idr,
    scenarios.budget_idr,
    plan.plan_rank as rank,
    plan.unit_id,
    plan.competency_code,
    plan.programme_id,
    plan.seats,
    plan.n_batches,
    plan.programme_seats,
    parts.batch_capacity,
    parts.cost_per_seat_idr,
    plan.cost_idr,
    cast(sum(plan.cost_idr) {{ funded_so_far }} as bigint) as cumulative_cost_idr,
    plan.gap_levels as expected_gap_levels_closed,
    cast(sum(plan.gap_levels) {{ funded_so_far }} as decimal(18, 4)) as cumulative_gap_levels_closed,
    plan.service_weight,
    cast(sum(plan.service_weight) {{ funded_so_far }} as decimal(18, 4)) as cumulative_service_weight,
    parts.value_source,
    cast(plan.promised_levels as decimal(18, 4)) as promised_levels,
    case when parts.value_source = 'catalogue' then cast(parts.realised_share as decimal(18, 4)) end as realised_share,
    case when parts.value_source = 'catalogue' then parts.realised_share_source end as realised_share_source,
    parts.service_weight as service_weight_per_seat,
    {{ mart_half_up(
        'cast(plan.class_weight * 10000 as bigint)',
        'plan.seats * 10000',
        4
    ) }} as class_weight_per_seat,
    plan.row_value as expected_value,
    plan.greedy_rank is not null as is_in_greedy,
    plan.greedy_rank,
    plan.plan_value,
    plan.greedy_value,
    plan.optimality_gap,
    scenarios.rule_set,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from {{ ref('stg_planning__training_plan_solution') }} as plan
inner join {{ ref('int_planning__scenarios') }} as scenarios
    on plan.scenario = scenarios.scenario
inner join parts
    on
        plan.unit_id = parts.unit_id
        and plan.competency_code = parts.competency_code
        and plan.programme_id = parts.programme_id
