{{ config(materialized='table') }}

with employees as (

    select
        quarter,
        state_on,
        is_now,
        employee_key,
        unit_id,
        position_id,
        position_class
    from {{ ref('int_competency__employees_by_quarter') }}

),

required as (

    select
        employees.employee_key,
        employees.quarter,
        standards.competency_code,
        standards.required_level,
        standards.rule_set,
        standards.confidence
    from employees
    inner join {{ ref('int_competency__standards_by_quarter') }} as standards
        on
            employees.state_on = standards.state_on
            and coalesce(employees.position_id, '') = coalesce(standards.position_id, '')
            and coalesce(employees.position_class, '') = coalesce(standards.position_class, '')

),

assessed as (

    select
        employees.employee_key,
        employees.quarter,
        periods.competency_code,
        periods.assessed_level,
        periods.assessed_on,
        periods.valid_until,
        periods.delivery_on,
        coalesce(periods.valid_until < employees.state_on, false) as is_expired
    from employees
    inner join {{ ref('int_competency__assessed_periods') }} as periods
        on
            employees.employee_key = periods.employee_key
            and employees.state_on >= periods.assessed_on
            and (periods.superseded_on is null or employees.state_on < periods.superseded_on)

),

-- Keys and levels alone: this join has the most rows of the project, and what else is known of the employee is joined to its result.
compared as (

    select
        coalesce(required.employee_key, assessed.employee_key) as employee_key,
        coalesce(required.quarter, assessed.quarter) as quarter,
        coalesce(required.competency_code, assessed.competency_code) as competency_code,
        required.required_level,
        required.rule_set,
        required.confidence,
        assessed.assessed_level,
        assessed.assessed_on,
        assessed.valid_until,
        assessed.delivery_on,
        assessed.is_expired,
        case when not assessed.is_expired then required.required_level - assessed.assessed_level end as gap
    from required
    full outer join assessed
        on
            required.employee_key = assessed.employee_key
            and required.quarter = assessed.quarter
            and required.competency_code = assessed.competency_code

),

measured as (

    select
        compared.employee_key,
        compared.quarter,
        compared.competency_code,
        compared.required_level,
        compared.rule_set,
        compared.confidence,
        compared.assessed_level,
        compared.assessed_on,
        compared.valid_until,
        compared.delivery_on,
        compared.gap,
        compared.is_expired,
        employees.state_on,
        employees.is_now,
        employees.unit_id,
        employees.position_id,
        employees.position_class
    from compared
    inner join employees
        on
            compared.employee_key = employees.employee_key
            and compared.quarter = employees.quarter

)

select
    measured.employee_key,
    measured.competency_code,
    measured.quarter,
    measured.state_on,
    measured.is_now,
    measured.unit_id,
    measured.position_id,
    measured.position_class,
    measured.required_level,
    measured.assessed_level,
    measured.gap,
    bands.band as gap_band,
    case
        when measured.required_level is null then 'no_standard'
        when measured.assessed_level is null then 'not_assessed'
        when measured.is_expired then 'expired'
        when measured.gap > 0 then 'gap'
        when measured.gap < 0 then 'surplus'
        else 'met'
    end as gap_status,
    measured.assessed_on,
    measured.valid_until,
    measured.delivery_on as assessment_delivered_on,
    measured.rule_set,
    measured.confidence
from measured
left join {{ ref('rule_gap_band') }} as bands
    on
        measured.state_on >= bands.valid_from
        and (bands.valid_to is null or measured.state_on < bands.valid_to)
        and (bands.lower_bound is null or measured.gap >= bands.lower_bound)
        and (bands.upper_bound is null or measured.gap < bands.upper_bound)
        and measured.gap is not null
