{% set parts = ['gap', 'unit', 'service', 'performance'] %}

with rules as (

    select
        rules.rule_set,
        {% for part in parts %}
            max(case when rules.part = '{{ part }}' then rules.weight end) as {{ part }}_weight,
            max(case when rules.part = '{{ part }}' then rules.zero_value end) as {{ part }}_zero_value,
            max(case when rules.part = '{{ part }}' then rules.full_value end) as {{ part }}_full_value,
        {% endfor %}
        count(*) as n_parts
    from {{ ref('rule_training_priority') }} as rules
    cross join {{ ref('int_refresh__as_of') }} as newest
    where
        newest.as_of_on >= rules.valid_from
        and (rules.valid_to is null or newest.as_of_on < rules.valid_to)
    group by rules.rule_set

),

measured as (

    select
        needs.*,
        cast(needs.gap as decimal(18, 4)) as gap_measure,
        {{ mart_half_up('totals.n_below_standard', 'totals.n_assessed', 4) }} as unit_measure,
        cast(case when units.is_service_unit then 1 else 0 end as decimal(18, 4)) as service_measure,
        cast(performance.predicate_code as decimal(18, 4)) as performance_measure
    from {{ ref('int_training__needs') }} as needs
    left join {{ ref('int_competency__unit_totals') }} as totals
        on
            needs.state_on = totals.state_on
            and needs.unit_id = totals.unit_id
            and needs.competency_code = totals.competency_code
    left join {{ ref('dim_unit') }} as units
        on
            needs.unit_id = units.unit_id
            and needs.state_on >= units.valid_from
            and (units.valid_to is null or needs.state_on < units.valid_to)
    left join {{ ref('int_training__performance') }} as performance
        on needs.employee_key = performance.employee_key
    where needs.is_now

),

weighed as (

    select
        measured.*,
        rules.rule_set as priority_rule_set,
        {% for part in parts %}
            rules.{{ part }}_weight,
            case
                when
                    measured.{{ part }}_measure > rules.{{ part }}_zero_value
                    and measured.{{ part }}_measure < rules.{{ part }}_full_value
                    then {{ mart_half_up(
                        '(measured.' ~ part ~ '_measure - rules.' ~ part ~ '_zero_value) * 10000',
                        '(rules.' ~ part ~ '_full_value - rules.' ~ part ~ '_zero_value) * 10000',
                        4
                    ) }}
                when measured.{{ part }}_measure >= rules.{{ part }}_full_value then 1
                else 0
            end as {{ part }}_part,
        {% endfor %}
        rules.n_parts
    from measured
    cross join rules

)

select
    employee_key,
    competency_code,
    unit_id,
    position_class,
    required_level,
    assessed_level,
    gap,
    gap_band,
    assessed_on,
    recommended_programme,
    no_programme_reason,
    recommendation_rule_set,
    is_trained_since_assessment,
    recommended_hours_jp,
    estimated_cost_idr,
    is_seat_counted,
    {% for part in parts %}
        cast({{ part }}_part as decimal(18, 4)) as {{ part }}_part,
    {% endfor %}
    {{ mart_half_up(
        'gap_weight * gap_part * 10000 + unit_weight * unit_part * 10000'
        ~ ' + service_weight * service_part * 10000 + performance_weight * performance_part * 10000',
        '10000',
        2
    ) }} as priority_score,
    priority_rule_set
from weighed
