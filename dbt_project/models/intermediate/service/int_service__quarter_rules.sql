with quarters as (

    select
        dates.quarter,
        max(dates.date_on) as quarter_end_on
    from {{ ref('dim_date') }} as dates
    group by dates.quarter

),

first_response as (

    select
        rule_set,
        valid_from,
        valid_to,
        working_days
    from {{ ref('rule_complaint_sla') }}
    where
        is_default
        and measure = 'first_response'

)

select
    quarters.quarter,
    quarters.quarter_end_on,
    published.published_weight,
    sample_size.rule_set as sample_rule_set,
    sample_size.chi_square,
    sample_size.proportion,
    sample_size.margin,
    sample_size.population_default,
    first_response.rule_set as sla_rule_set,
    first_response.working_days as first_response_working_days
from quarters
left join {{ ref('rule_survey_publication') }} as published
    on
        quarters.quarter_end_on >= published.valid_from
        and (published.valid_to is null or quarters.quarter_end_on < published.valid_to)
left join {{ ref('rule_sample_size') }} as sample_size
    on
        quarters.quarter_end_on >= sample_size.valid_from
        and (sample_size.valid_to is null or quarters.quarter_end_on < sample_size.valid_to)
left join first_response
    on
        quarters.quarter_end_on >= first_response.valid_from
        and (first_response.valid_to is null or quarters.quarter_end_on < first_response.valid_to)
