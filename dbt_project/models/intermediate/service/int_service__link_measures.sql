{{ config(materialized='table') }}

select
    served.unit_id,
    served.quarter,
    coalesce(training.n_employees, 0) as n_employees,
    coalesce(competence.n_assessed, 0) as n_assessed,
    {{ mart_half_up('competence.sum_capped * 100', 'competence.sum_required', 2) }} as competency_index,
    {{ mart_half_up('competence.n_below_standard', 'competence.n_levels', 4) }} as share_below_standard,
    {{ mart_half_up('training.n_trained', 'training.n_employees', 4) }} as trained_share,
    coalesce(satisfaction.n_responses, 0) as n_responses,
    satisfaction.ikm_published,
    satisfaction.nrr_u6 as u6_competence,
    satisfaction.nrr_u7 as u7_conduct,
    coalesce(reports.n_reports, 0) as n_complaints,
    {% for count, rate in {'n_reports': 'complaints', 'n_grievances': 'grievances'}.items() %}
        case
            when served.is_before_reports then null
            else {{ mart_half_up('coalesce(reports.' ~ count ~ ', 0) * 1000', 'satisfaction.n_responses', 2) }}
        end as {{ rate }}_per_1000_responses,
    {% endfor %}
    answers.median_working_days_to_first_response as median_days,
    answers.median_working_days_to_close as median_days_to_close,
    rules.rule_set
from {{ ref('int_service__units_by_quarter') }} as served
left join {{ ref('rule_service_link') }} as rules
    on
        served.quarter_end_on >= rules.valid_from
        and (rules.valid_to is null or served.quarter_end_on < rules.valid_to)
left join {{ ref('int_service__staff_training') }} as training
    on
        served.unit_id = training.unit_id
        and served.quarter = training.quarter
left join {{ ref('int_service__staff_competence') }} as competence
    on
        served.unit_id = competence.unit_id
        and served.quarter = competence.quarter
left join {{ ref('int_service__satisfaction_index') }} as satisfaction
    on
        served.unit_id = satisfaction.unit_id
        and served.quarter = satisfaction.quarter
        and satisfaction.is_all_services
left join {{ ref('int_service__reports_by_quarter') }} as reports
    on
        served.unit_id = reports.unit_id
        and served.quarter = reports.quarter
left join {{ ref('int_service__complaints_by_quarter') }} as answers
    on
        served.unit_id = answers.unit_id
        and served.quarter = answers.quarter
