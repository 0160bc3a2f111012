{{ config(materialized='table') }}

{% set extracts = {
    'hr/employees': 'stg_hr__employees',
    'hr/units': 'stg_hr__units',
    'hr/positions': 'stg_hr__positions',
    'hr/competency_standards': 'stg_hr__competency_standards',
    'hr/disciplinary_actions': 'stg_hr__disciplinary_actions',
    'evaluation/assessments': 'stg_evaluation__assessments',
    'evaluation/appraisals': 'stg_evaluation__appraisals',
    'evaluation/training_programmes': 'stg_evaluation__training_programmes',
    'evaluation/training_participants': 'stg_evaluation__training_participants',
    'evaluation/training_budgets': 'stg_evaluation__training_budgets',
    'feedback/survey_responses': 'stg_feedback__survey_responses',
    'feedback/complaints': 'stg_feedback__complaints',
} %}

with delivery_dates as (

    {% for extract, staging_model in extracts.items() %}
        select distinct
            '{{ extract }}' as extract,
            delivery_on
        from {{ ref(staging_model) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    extract,
    delivery_on,
    row_number() over (
        partition by extract
        order by delivery_on asc nulls last
    ) as delivery_no
from delivery_dates
