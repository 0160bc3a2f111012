{#
    What it is: the respondents of a unit in a quarter are those of its services together, and as many as there are answer
    sheets of it.
    When it matters: always; a service that is missing from the pool, or counted twice in it, moves the index of the unit.
    How to resolve it: compare the services of one unit and quarter; the spelling of a service is the usual cause.
    Who mends it: whoever maintains the pipeline.
#}
with sheets as (

    select
        unit_id,
        quarter,
        count(*) as n_responses
    from {{ ref('fct_survey_response') }}
    where unit_id is not null
    group by
        unit_id,
        quarter

),

shown as (

    select
        unit_id,
        quarter,
        sum(case when is_all_services then n_responses else 0 end) as n_of_the_unit,
        sum(case when is_all_services then 0 else n_responses end) as n_of_its_services
    from {{ ref('service_quality') }}
    where n_responses > 0
    group by
        unit_id,
        quarter

)

select
    coalesce(sheets.unit_id, shown.unit_id) as unit_id,
    coalesce(sheets.quarter, shown.quarter) as quarter,
    sheets.n_responses,
    shown.n_of_the_unit,
    shown.n_of_its_services
from sheets
full outer join shown
    on
        sheets.unit_id = shown.unit_id
        and sheets.quarter = shown.quarter
where
    sheets.unit_id is null
    or shown.unit_id is null
    or sheets.n_responses <> shown.n_of_the_unit
    or sheets.n_responses <> shown.n_of_its_services
