with served as (

    select
        unit_id,
        quarter
    from {{ ref('int_service__survey_totals') }}
    where is_all_services
    union
    select
        unit_id,
        quarter
    from {{ ref('int_service__complaints_by_quarter') }}

)

select
    served.unit_id,
    served.quarter,
    rules.quarter_end_on,
    states.state_on
from served
inner join {{ ref('int_service__quarter_rules') }} as rules
    on served.quarter = rules.quarter
left join {{ ref('int_competency__quarters') }} as states
    on served.quarter = states.quarter
