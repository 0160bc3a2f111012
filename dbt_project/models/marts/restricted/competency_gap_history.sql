{{ config(materialized='view') }}

select
    employee_key,
    competency_code,
    quarter,
    state_on,
    unit_id,
    position_id,
    position_class,
    required_level,
    assessed_level,
    gap,
    gap_band,
    gap_status,
    assessed_on,
    valid_until,
    assessment_delivered_on,
    rule_set,
    confidence
from {{ ref('int_competency__gaps_by_quarter') }}
