with satisfaction as (

    select
        quality.unit_id,
        quality.quarter,
        quality.ikm_exact,
        quality.nrr_u6,
        quality.nrr_u7
    from {{ ref('int_service__satisfaction_index') }} as quality
    cross join {{ rules_in_force_now('rule_impact_specification') }} as rules
    where
        quality.is_all_services
        and quality.n_responses >= rules.least_respondents

),

answering as (

    select
        complaints.unit_id,
        complaints.quarter,
        complaints.median_working_days_to_first_response,
        complaints.share_within_sla
    from {{ ref('int_service__complaints_by_quarter') }} as complaints
    cross join {{ rules_in_force_now('rule_impact_specification') }} as rules
    where complaints.n_complaints >= rules.least_complaints

)

{% for outcome, relation, column in [
    ('satisfaction_index', 'satisfaction', 'ikm_exact'),
    ('satisfaction_competence', 'satisfaction', 'nrr_u6'),
    ('satisfaction_conduct', 'satisfaction', 'nrr_u7'),
    ('response_days', 'answering', 'median_working_days_to_first_response'),
    ('within_limit', 'answering', 'share_within_sla'),
] %}
    select
        '{{ outcome }}' as outcome,
        unit_id,
        quarter,
        cast({{ column }} as double) as measured
    from {{ relation }}
    where {{ column }} is not null
    {{ "union all" if not loop.last }}
{% endfor %}
