{% set elements = mart_survey_elements() %}
with surveyed as (

    select
        satisfaction.*,
        sampling.sample_rule_set,
        sampling.sample_population,
        sampling.sample_required,
        sampling.ci_half_width
    from {{ ref('int_service__satisfaction_index') }} as satisfaction
    inner join {{ ref('int_service__sample_precision') }} as sampling
        on
            satisfaction.unit_id = sampling.unit_id
            and satisfaction.service_name = sampling.service_name
            and satisfaction.is_all_services = sampling.is_all_services
            and satisfaction.quarter = sampling.quarter

),

complaints as (

    select
        complaints.*,
        {{ mart_all_services_name() }} as service_name,
        true as is_all_services
    from {{ ref('int_service__complaints_by_quarter') }} as complaints

)

select
    coalesce(surveyed.unit_id, complaints.unit_id) as unit_id,
    coalesce(surveyed.service_name, complaints.service_name) as service_name,
    coalesce(surveyed.is_all_services, complaints.is_all_services) as is_all_services,
    coalesce(surveyed.quarter, complaints.quarter) as quarter,
    cast(coalesce(surveyed.n_responses, 0) as bigint) as n_responses,
    cast(coalesce(surveyed.n_incomplete, 0) as bigint) as n_incomplete,
    {% for element in elements %}
        cast(surveyed.nrr_{{ element }} as decimal(9, 4)) as nrr_{{ element }},
    {% endfor %}
    cast(surveyed.ikm_exact as decimal(9, 2)) as ikm_exact,
    cast(surveyed.ikm_011 as decimal(9, 2)) as ikm_011,
    cast(surveyed.ikm_published as decimal(9, 2)) as ikm_published,
    surveyed.published_weight,
    surveyed.mutu,
    surveyed.mutu_label_id,
    surveyed.band_rule_set,
    cast(round(surveyed.ikm_published - surveyed.ci_half_width, 2) as decimal(9, 2)) as ci_low,
    cast(round(surveyed.ikm_published + surveyed.ci_half_width, 2) as decimal(9, 2)) as ci_high,
    cast(surveyed.sample_population as bigint) as sample_population,
    cast(surveyed.sample_required as bigint) as sample_required,
    surveyed.n_responses >= surveyed.sample_required as sample_sufficient,
    surveyed.sample_rule_set,
    case
        when coalesce(surveyed.is_all_services, true)
            then cast(coalesce(complaints.n_complaints, 0) as bigint)
    end as n_complaints,
    complaints.median_working_days_to_first_response,
    complaints.median_working_days_to_close,
    complaints.share_within_sla,
    complaints.sla_rule_set,
    case
        when coalesce(surveyed.is_all_services, true)
            then cast(coalesce(complaints.n_open, 0) as bigint)
    end as n_open,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from surveyed
full outer join complaints
    on
        surveyed.unit_id = complaints.unit_id
        and surveyed.service_name = complaints.service_name
        and surveyed.is_all_services = complaints.is_all_services
        and surveyed.quarter = complaints.quarter
