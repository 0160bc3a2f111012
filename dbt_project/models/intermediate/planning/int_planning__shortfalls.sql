{{ config(materialized='table') }}

select
    gaps.employee_key,
    gaps.competency_code,
    units.plan_unit_id as unit_id,
    units.office_unit_id,
    gaps.position_class,
    gaps.required_level,
    gaps.assessed_level,
    gaps.gap,
    coalesce(weights.class_weight, cast(1 as decimal(9, 4))) as class_weight
from {{ ref('int_competency__gaps_by_quarter') }} as gaps
inner join {{ ref('int_planning__units') }} as units
    on gaps.unit_id = units.unit_id
left join {{ rules_in_force_now('rule_planning_class_weight') }} as weights
    on gaps.position_class = weights.position_class
where
    gaps.is_now
    and gaps.gap > 0
