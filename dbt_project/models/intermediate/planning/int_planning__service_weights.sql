with plan_units as (

    select distinct plan_unit_id as unit_id
    from {{ ref('int_planning__units') }}

),

needs as (

    select
        plan_units.unit_id,
        competencies.competency_code,
        sum(
            cast(
                weights.signal_weight * signals.relative_volume * signals.shortfall as decimal(38, 12)
            )
        ) as need
    from plan_units
    cross join {{ ref('dim_competency') }} as competencies
    inner join {{ rules_in_force_now('rule_planning_signal_weight') }} as weights
        on
            competencies.competency_code = weights.competency_code
            or (competencies.family = 'technical' and weights.competency_code = 'T')
    inner join {{ ref('int_planning__service_signals') }} as signals
        on
            plan_units.unit_id = signals.unit_id
            and weights.signal = signals.signal
    group by
        plan_units.unit_id,
        competencies.competency_code

)

select
    plan_units.unit_id,
    competencies.competency_code,
    cast(
        round(1 + chosen.emphasis * coalesce(needs.need, cast(0 as decimal(38, 12))), 4) as decimal(18, 4)
    ) as service_weight,
    chosen.rule_set
from plan_units
cross join {{ ref('dim_competency') }} as competencies
cross join {{ rules_in_force_now('rule_planning_parameter') }} as chosen
left join needs
    on
        plan_units.unit_id = needs.unit_id
        and competencies.competency_code = needs.competency_code
