with city as (

    select area_code
    from {{ ref('ref_area') }}
    where area_level = 'city'

),

{# The version of the last day of the quarter, else the last before, else the first: a unit that has gone had its area all the same. #}
versions as (

    select
        served.unit_id,
        served.quarter,
        served.quarter_end_on,
        served.is_before_reports,
        served.is_before_surveys,
        coalesce(units.area_code, city.area_code) as area_code,
        row_number() over (
            partition by served.unit_id, served.quarter
            order by
                case when units.valid_from <= served.quarter_end_on then units.valid_from end desc nulls last,
                units.valid_from asc nulls last
        ) as preference
    from {{ ref('int_service__units_by_quarter') }} as served
    cross join city
    left join {{ ref('dim_unit') }} as units
        on served.unit_id = units.unit_id

),

areas as (

    select *
    from versions
    where preference = 1

)

select
    areas.unit_id,
    areas.quarter,
    cast(coalesce(reports.n_reports, 0) as bigint) as n_reports,
    {{ mart_half_up('reports.n_aspirations', 'reports.n_reports', 4) }} as share_aspirations,
    {{ mart_half_up('reports.n_information_requests', 'reports.n_reports', 4) }} as share_information_requests,
    {{ mart_half_up('reports.n_aspirations + reports.n_information_requests', 'reports.n_reports', 4) }}
        as share_aspirations_and_information_requests,
    {{ mart_half_up('reports.n_returned', 'reports.n_reports', 4) }} as return_of_feedback,
    cast(coalesce(survey.n_responses, 0) as bigint) as n_responses,
    areas.area_code,
    residents.population,
    case
        when areas.is_before_surveys then null
        else {{ mart_half_up('coalesce(survey.n_responses, 0)', 'residents.population', 8) }}
    end as responses_per_capita,
    case
        when areas.is_before_reports then null
        else {{ mart_half_up('coalesce(reports.n_reports, 0) * 1000', 'residents.population', 4) }}
    end as reports_per_1000_residents,
    case when residents.population is null then 'no population of the area is known' end as population_missing_reason,
    false as is_suppressed,
    cast(null as {{ dbt.type_string() }}) as suppression_reason
from areas
left join {{ ref('int_service__reports_by_quarter') }} as reports
    on
        areas.unit_id = reports.unit_id
        and areas.quarter = reports.quarter
left join {{ ref('int_service__survey_totals') }} as survey
    on
        areas.unit_id = survey.unit_id
        and areas.quarter = survey.quarter
        and survey.is_all_services
left join {{ ref('ref_population') }} as residents
    on
        areas.area_code = residents.area_code
        and areas.quarter_end_on >= residents.valid_from
        and (residents.valid_to is null or areas.quarter_end_on < residents.valid_to)
