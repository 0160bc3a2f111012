with years as (

    select
        year,
        max(date_on) as ends_on
    from {{ ref('dim_date') }}
    group by year

),

annual as (

    select
        appraisals.employee_key,
        appraisals.year,
        appraisals.work_rating,
        appraisals.behaviour_rating,
        years.ends_on,
        row_number() over (
            partition by appraisals.employee_key
            order by appraisals.year desc nulls last, appraisals.delivery_on desc nulls last
        ) as recency
    from {{ ref('fct_appraisal') }} as appraisals
    inner join years
        on appraisals.year = years.year
    inner join {{ ref('ref_appraisal_period') }} as periods
        on
            appraisals.period = periods.period
            and periods.period_kind = 'year'
    where not coalesce(appraisals.is_acting_post, false)

)

select
    annual.employee_key,
    annual.year,
    predicates.predicate_code,
    predicates.rule_set
from annual
left join {{ ref('rule_appraisal_predicate') }} as predicates
    on
        annual.work_rating = predicates.work_rating
        and annual.behaviour_rating = predicates.behaviour_rating
        and annual.ends_on >= predicates.valid_from
        and (predicates.valid_to is null or annual.ends_on < predicates.valid_to)
where annual.recency = 1
